using System.Diagnostics;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Peers;

/// <summary>Plain and parallel greedy search over the sentences of tests/Shared/zh-en, one at a time, one thread.</summary>
internal static class ParallelGreedySection
{
    private static readonly GenerationOptions Plain = new() { ParallelGreedy = false };
    private static readonly GenerationOptions Parallel = new() { ParallelGreedy = true };

    /// <summary>Measures.</summary>
    /// <param name="translator">The model and its sentences.</param>
    /// <param name="seconds">How long to measure.</param>
    public static Section Measure(TrainedCase translator, double seconds)
    {
        var watch = OtherLoad.Watch();
        string[][] rows = [.. new[] { WeightPrecision.Float32, WeightPrecision.BFloat16 }.Select(precision => Row(translator, precision, seconds / 2))];
        return new Section(
            "Parallel greedy search",
            [
                $"tests/Shared/zh-en, {translator.What}, one sentence at a time, one thread, {InstructionSets.Best}; milliseconds for all of them, encoder included. Each sentence is generated"
                + " in both ways, one after the other. In the first pass the model was only just loaded, and guesses know none of the sentences; in the second they have seen all.",
                OtherLoad.Note([watch.Percent()]),
            ],
            [
                new Column("weights", IsText: true),
                new Column("plain, least ms"),
                new Column("median"),
                new Column("parallel, first pass, least ms"),
                new Column("median"),
                new Column("times faster, median"),
                new Column("second pass, times faster, median"),
            ],
            rows);
    }

    private static string[] Row(TrainedCase translator, WeightPrecision precision, double seconds)
    {
        var options = new ModelLoadOptions { Precision = precision };
        List<double> plainTimes = [], first = [], firstRatios = [], secondRatios = [];
        long start = Stopwatch.GetTimestamp();

        // The first round compiles, and is not counted.
        for (int round = -1; round < 1 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; round++)
        {
            // One model in both ways: two copies of its weights would drive each other out of the caches.
            using EncoderDecoder model = translator.Model.Load(translator.Weights, options);
            (double plainTime, double parallelTime) = Round(model, translator.Sources);
            (double plainAgain, double parallelAgain) = Round(model, translator.Sources);
            if (round >= 0)
            {
                plainTimes.Add(plainTime);
                first.Add(parallelTime);
                firstRatios.Add(plainTime / parallelTime);
                secondRatios.Add(plainAgain / parallelAgain);
            }
        }

        return
        [
            precision.ToString(),
            .. Cells.Times(Times.Of(plainTimes)),
            .. Cells.Times(Times.Of(first)),
            Cells.Number(Times.Of(firstRatios).Median, 2),
            Cells.Number(Times.Of(secondRatios).Median, 2),
        ];
    }

    private static (double Plain, double Parallel) Round(EncoderDecoder model, int[][] sources)
    {
        double plainTime = 0, parallelTime = 0;
        foreach (int[] source in sources)
        {
            long start = Stopwatch.GetTimestamp();
            GenerationResult expected = model.Generate(source, Plain);
            plainTime += Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            GenerationResult actual = model.Generate(source, Parallel);
            parallelTime += Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (!expected.Hypotheses[0].Tokens.AsSpan().SequenceEqual(actual.Hypotheses[0].Tokens.AsSpan()))
            {
                throw new InvalidOperationException("Parallel greedy search generated other tokens than plain greedy search; please report this.");
            }
        }

        return (plainTime, parallelTime);
    }
}
