using System.Diagnostics;
using System.Globalization;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Report;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Training;

/// <summary>Whole steps of training, beside PyTorch.</summary>
internal static class TrainingSections
{
    private static readonly IReadOnlyList<Column> Columns =
    [
        new("model", IsText: true), new("lengths", IsText: true), new("threads"), new("KernelGen tokens/s"), new("PyTorch tokens/s"), new("ratio"), new("% of peak"),
        new("two processes"), new("memory MB"), new("PyTorch MB"), new("other load"),
    ];

    /// <summary>Measures.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="threads">The numbers of threads.</param>
    /// <param name="steps">Steps of a round.</param>
    /// <param name="rounds">Rounds that count; medians are taken.</param>
    /// <param name="set">The instruction set; by default the best.</param>
    /// <param name="shared">The folder with real data.</param>
    public static IReadOnlyList<Section> Measure(IReadOnlyList<TrainingCase> cases, int[] threads, int steps, int rounds, InstructionSet? set, string shared)
    {
        List<string[]> rows = [];
        List<double?> loads = [];
        foreach (TrainingCase training in cases)
        {
            foreach ((string lengths, IReadOnlyList<IReadOnlyList<KernelGen.Training.TokenPair>>? batches) in
                new[] { ("equal", training.EqualBatches()), ("real", MixedBatches.Read(training, shared)) })
            {
                foreach (int count in batches is null ? [] : threads)
                {
                    var load = OtherLoad.Watch();
                    rows.Add([.. Row(training, lengths, batches!, count, steps, rounds, set), OtherLoad.Words(load.Percent())]);
                    loads.Add(load.Percent());
                }
            }
        }

        string[] notes =
        [
            "Whole steps: forward, backward, clipping, Adam; dropout 0.1, label smoothing 0.1. Processes take turns, one round each; target tokens a second, medians.",
            "KernelGen computes each pair at its own length, PyTorch pads each batch; batches are the same, real ones sorted by length.",
            "\"two processes\": the rate of KernelGen's two threads in percent of two single-threaded processes together.",
            OtherLoad.Note(loads),
        ];
        return [new Section("Training", notes, Columns, rows)];
    }

    private static string[] Row(
        TrainingCase training, string lengths, IReadOnlyList<IReadOnlyList<KernelGen.Training.TokenPair>> batches, int threads, int steps, int rounds, InstructionSet? set)
    {
        string path = Path.GetTempFileName();
        try
        {
            TrainingBatchFile.Write(path, batches);
            using var ours = TrainingContender.KernelGen(path, training, threads, steps, set);
            using TrainingContender? theirs = TrainingContender.PyTorch(path, training, threads, steps);
            TrainingContender[] pair = threads == 2 ? [TrainingContender.KernelGen(path, training, 1, steps, set), TrainingContender.KernelGen(path, training, 1, steps, set)] : [];
            List<double> peaks = [];
            for (int round = 0; round <= rounds; round++)
            {
                bool isWarmup = round == 0;
                Turn(isWarmup, ours);
                if (theirs is not null)
                {
                    Turn(isWarmup, theirs);
                }

                Turn(isWarmup, pair);
                peaks.Add(Peak(set ?? InstructionSets.Best));
            }

            double rate = Median(ours.Rates);
            double? peer = theirs is null ? null : Median(theirs.Rates);
            double flops = batches.Average(batch => Flops(training, batch)) * rate / batches.Average(static batch => batch.Sum(static pair => pair.Target.Length)) / 1e9;
            double? together = pair.Length == 0 ? null : Median(pair[0].Rates) + Median(pair[1].Rates);
            string memory = Number(ours.Finish());
            string peerMemory = theirs is null ? "—" : Number(theirs.Finish());
            foreach (TrainingContender one in pair)
            {
                one.Finish();
                one.Dispose();
            }

            return
            [
                training.Name, lengths, $"{threads}", Number(rate), peer is { } known ? Number(known) : "—",
                peer is { } slower ? (rate / slower).ToString("F2", CultureInfo.InvariantCulture) : "—",
                threads == 1 ? Number(100 * flops / peaks.Max()) : "—", together is { } sum ? Number(100 * rate / sum) : "—", memory, peerMemory,
            ];
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>What a step with a batch multiplies and adds, whose pairs are about equally long.</summary>
    private static double Flops(TrainingCase training, IReadOnlyList<KernelGen.Training.TokenPair> batch)
    {
        int Length(Func<KernelGen.Training.TokenPair, int> of) => (int)Math.Round(batch.Average(of));
        return new ModelCosts(training.Description, WeightPrecision.Float32)
            .TrainingStep(batch.Count, Length(static pair => pair.Source.Length), Length(static pair => pair.Target.Length))
            .Sum(static work => work.Flops);
    }

    /// <summary>A round of contenders at the same time.</summary>
    private static void Turn(bool isWarmup, params TrainingContender[] contenders)
    {
        foreach (TrainingContender contender in contenders)
        {
            contender.Begin();
        }

        foreach (TrainingContender contender in contenders)
        {
            contender.End(isWarmup);
        }
    }

    /// <summary>What one core does at most now, in GFLOP/s.</summary>
    private static double Peak(InstructionSet set)
    {
        const double Flops = 1e10;
        long start = Stopwatch.GetTimestamp();
        FmaPeak.Run(set, Flops);
        return Flops / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    private static double Median(List<double> values) => Times.Of(values).Median;

    private static string Number(double value) => value.ToString("F0", CultureInfo.InvariantCulture);
}
