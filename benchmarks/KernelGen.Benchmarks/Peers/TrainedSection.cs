using System.Diagnostics;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Report;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Peers;

/// <summary>Trained models on real sources: KernelGen, and an estimate of what ONNX Runtime would take at least.</summary>
internal static class TrainedSection
{
    private static readonly Column[] Columns =
    [
        new("model", IsText: true),
        new("sources", IsText: true),
        new("tokens"),
        new("KernelGen, least ms"),
        new("median"),
        new("tokens/s"),
        new("ONNX Runtime, estimated ms"),
        new("KernelGen MB"),
        new("KernelGen loads, ms"),
        new("other load"),
    ];

    /// <summary>Measures; nothing where no trained model is selected.</summary>
    public static IReadOnlyList<Section> Measure(Selection selection, Folders folders)
    {
        List<string> notes =
        [
            $"Trained models, greedy, one source at a time, one thread, {selection.InstructionSet}. Times are of one source, {selection.ModelSeconds:0.##} s in all; tokens count the end token.",
        ];
        var cases = new List<TrainedCase>();
        foreach (ModelCase model in selection.Cases.Where(static model => model == ModelCase.ZhEn || model == ModelCase.Pronouncer))
        {
            if (TrainedCase.Find(model, folders, out string? missing) is { } found)
            {
                cases.Add(found);
            }
            else
            {
                notes.Add($"Left out: {missing}.");
            }
        }

        if (cases.Count == 0 && notes.Count == 1)
        {
            return [];
        }

        var loads = new List<double?>();
        List<string[]> rows = [];
        if (cases.Count > 0)
        {
            using var machine = new MachineLimits(selection.InstructionSet, selection.KernelSeconds);
            double? overhead = Overhead(selection, folders, machine, notes);
            foreach (TrainedCase trained in cases)
            {
                Console.Error.WriteLine($"measuring {trained.Model.Name}, {trained.What}");
                rows.Add(Row(selection, trained, machine, overhead, out double? load));
                loads.Add(load);
            }

            notes.Add(OtherLoad.Note(loads));
        }

        return [new Section("Trained models", notes, Columns, rows)];
    }

    private static double? Overhead(Selection selection, Folders folders, MachineLimits machine, List<string> notes)
    {
        if (OnnxRuntimeOverhead.Measure(folders.Graphs, machine, selection.ModelSeconds) is not { } overhead)
        {
            notes.Add($"No estimate of ONNX Runtime: there are no graphs of it in {folders.Graphs}.");
            return null;
        }

        notes.Add(
            $"There are no ONNX graphs of these models. The estimate is the limit of the model (see the roofline) plus what a run of a graph cost ONNX Runtime beyond the limit of `small`: "
            + $"{Cells.Number(overhead * 1e6, 0)} µs for each token and once for the encoder.");
        return overhead;
    }

    private static string[] Row(Selection selection, TrainedCase trained, MachineLimits machine, double? overhead, out double? load)
    {
        double loadSeconds = 0;
        int[][] targets = [];
        using KernelGenPeer peer = ResidentMemory.Measure(
            () =>
            {
                long start = Stopwatch.GetTimestamp();
                var loaded = KernelGenPeer.Load(trained.Model, trained.Weights, WeightPrecision.Float32, selection.InstructionSet, maxLength: null);
                loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                targets = loaded.GenerateEach(trained.Sources);
                return loaded;
            },
            out double megabytes);

        // The end token is decoded, too.
        int[] steps = [.. targets.Select(target => Math.Min(target.Length + 1, peer.Model.MaxTargetLength))];
        int sources = trained.Sources.Length;
        var watch = OtherLoad.Watch();
        Times times = Timing.LongInTurns([() => peer.GenerateEach(trained.Sources)], selection.ModelSeconds)[0];
        load = watch.Percent();
        string estimate = Cells.Nothing;
        if (overhead is { } each)
        {
            var limit = new LimitProgram(machine, trained.Work(steps), trained.Costs.DecodingBytes);
            estimate = Cells.Milliseconds((limit.Seconds + (each * steps.Sum(OnnxRuntimeOverhead.Runs))) / sources);
        }

        return
        [
            trained.Model.Name,
            trained.What,
            Cells.Number(steps.Average(), 1),
            .. Cells.Times(new Times(times.Minimum / sources, times.Median / sources)),
            Cells.Number(steps.Sum() / times.Median, 0),
            estimate,
            Cells.Number(megabytes, 0),
            Cells.Milliseconds(loadSeconds),
            OtherLoad.Words(load),
        ];
    }
}
