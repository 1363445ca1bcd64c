using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Peers;

/// <summary>The model of tests/Shared/zh-en with each instruction set, greedy, one sentence at a time, one thread, warm.</summary>
internal static class TranslationSection
{
    /// <summary>Measures; the instruction sets take turns.</summary>
    /// <param name="translator">The model and its sentences.</param>
    /// <param name="seconds">For each instruction set.</param>
    public static Section Measure(TrainedCase translator, double seconds)
    {
        InstructionSet[] instructionSets = [.. Enum.GetValues<InstructionSet>().Reverse().Where(InstructionSets.IsSupported)];
        KernelGenPeer[] peers = Array.ConvertAll(
            instructionSets,
            instructionSet => KernelGenPeer.Load(translator.Model, translator.Weights, WeightPrecision.Float32, instructionSet, maxLength: null));
        try
        {
            int tokens = peers[0].GenerateEach(translator.Sources).Sum(target => Math.Min(target.Length + 1, peers[0].Model.MaxTargetLength));
            var watch = OtherLoad.Watch();
            Times[] times = Timing.LongInTurns(Array.ConvertAll(peers, peer => (Action)(() => peer.GenerateEach(translator.Sources))), seconds);
            string Rate(int count, double time) => Cells.Number(count / time, 0);
            return new Section(
                "Translation with each instruction set",
                [$"tests/Shared/zh-en, {translator.What}, greedy, one sentence at a time, one thread; tokens count the end token.", OtherLoad.Note([watch.Percent()])],
                [
                    new Column("instruction set", IsText: true),
                    new Column("most sentences/s"),
                    new Column("median"),
                    new Column("most tokens/s"),
                    new Column("median"),
                ],
                [
                    .. instructionSets.Zip(times, (instructionSet, time) => (string[])
                    [
                        instructionSet.ToString(),
                        Rate(translator.Sources.Length, time.Minimum),
                        Rate(translator.Sources.Length, time.Median),
                        Rate(tokens, time.Minimum),
                        Rate(tokens, time.Median),
                    ]),
                ]);
        }
        finally
        {
            Array.ForEach(peers, static peer => peer.Dispose());
        }
    }
}
