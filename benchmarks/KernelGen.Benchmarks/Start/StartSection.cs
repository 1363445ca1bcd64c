using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Start;

/// <summary>From the start of a process to its first token: native programs of KernelGen and of ONNX Runtime, in turns.</summary>
internal static class StartSection
{
    private const int Runs = 20, QuickRuns = 3;

    private static readonly Column[] Columns =
    [
        new("model", IsText: true),
        new("weights", IsText: true),
        new("program", IsText: true),
        new("first token, least ms"),
        new("median"),
        new("end, median"),
        new("processor, least ms"),
        new("median"),
        new("weights, MB"),
        new("peak memory, MB"),
        new("times sooner than ONNX Runtime"),
    ];

    /// <summary>Measures.</summary>
    /// <param name="selection">What.</param>
    /// <param name="graphs">The folder with the graphs of ONNX Runtime.</param>
    /// <param name="programs">The programs.</param>
    /// <param name="isSameWork">Whether all programs gave the same tokens in float32.</param>
    public static Section Measure(Selection selection, string graphs, PublishedPrograms programs, out bool isSameWork)
    {
        int runs = selection.IsQuick ? QuickRuns : Runs;
        List<string> notes =
        [
            $"Random weights, a source of {FixedSources.Length} tokens, files in the page cache, {InstructionSets.Best}; {runs} runs of each program, in turns, after one that is not counted. "
                + "\"First token\" is until it could be read, \"end\" until the process was gone, \"processor\" what all its threads took. \"Times sooner\" compares medians of the first token.",
        ];
        Shipped(notes, "KernelGen", programs.KernelGen);
        Shipped(notes, "ONNX Runtime", programs.OnnxRuntime);
        var rows = new List<string[]>();
        isSameWork = true;
        var watch = OtherLoad.Watch();
        if (programs.KernelGen is { } kernelGen)
        {
            foreach (StartCase model in StartCase.Of(selection))
            {
                foreach (WeightPrecision precision in selection.Precisions)
                {
                    Console.Error.WriteLine($"starting {model.Model.Name}, {precision.Name()}");
                    string packed = model.Packed(precision);
                    List<Contender> contenders =
                    [
                        new("KernelGen, packed file", kernelGen, packed, new FileInfo(packed).Length, []),
                        new("KernelGen, checkpoint", kernelGen, model.Checkpoint, new FileInfo(model.Checkpoint).Length, ["--precision", precision.Name()]),
                    ];
                    bool hasPeer = false;
                    if (programs.OnnxRuntime is { } onnxRuntime && model.Graphs(graphs, precision) is { } folder)
                    {
                        contenders.Add(new("ONNX Runtime", onnxRuntime, folder, new FileInfo(Path.Combine(folder, PreparedWeights.GraphWeights)).Length, []));
                        hasPeer = true;
                    }

                    Result[] results = InTurns(contenders, model.Model.Name, runs);
                    if (precision == WeightPrecision.Float32 && results.DistinctBy(static result => result.Token).Count() > 1)
                    {
                        isSameWork = false;
                        notes.Add($"NOT THE SAME MODEL: {model.Model.Name}: the first tokens are {string.Join(", ", results.Select(static result => result.Token))}.");
                    }

                    double? peer = hasPeer ? results[^1].FirstToken.Median : null;
                    rows.AddRange(contenders.Zip(results, (contender, result) => Row(model.Model, precision, contender, result, peer)));
                }
            }
        }

        notes.Add(OtherLoad.Note([watch.Percent()]));
        return new Section("From process start to first token", notes, Columns, rows);
    }

    private static void Shipped(List<string> notes, string name, StartedProgram? program)
    {
        if (program is not null)
        {
            notes.Add($"To ship with {name}, without weights: {Cells.Number(program.Megabytes, 1)} MB.");
        }
    }

    private static Result[] InTurns(IReadOnlyList<Contender> contenders, string model, int runs)
    {
        FirstTokenRun Run(Contender contender, params string[] options) => contender.Program.FirstToken(model, contender.Path, [.. contender.Options, .. options]);

        // The first run, which is not counted, says how much memory it takes.
        FirstTokenRun[] first = [.. contenders.Select(contender => Run(contender, "--memory"))];
        List<FirstTokenRun>[] timed = [.. contenders.Select(static _ => new List<FirstTokenRun>())];
        for (int run = 0; run < runs; run++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                timed[i].Add(Run(contenders[i]));
            }
        }

        return [.. first.Zip(timed, static (first, all) =>
        {
            string[] words = first.Line.Split(' ');
            return new Result(
                words[0],
                ProgramMemory.Parse(words.AsSpan(1)).Peak,
                Times.Of(all.Select(static run => run.TokenSeconds)),
                Times.Of(all.Select(static run => run.EndSeconds)),
                all.TrueForAll(static run => run.ProcessorSeconds is not null) ? Times.Of(all.Select(static run => run.ProcessorSeconds!.Value)) : null);
        })];
    }

    private static string[] Row(ModelCase model, WeightPrecision precision, Contender contender, Result result, double? peer) =>
    [
        model.Name,
        precision.Name(),
        contender.Name,
        .. Cells.Times(result.FirstToken),
        Cells.Milliseconds(result.End.Median),
        .. Cells.Times(result.Processor),
        Cells.Number(contender.Bytes / 1e6, 1),
        Cells.Number(result.PeakMegabytes, 1),
        peer is { } known ? Cells.Number(known / result.FirstToken.Median, 1) : Cells.Nothing,
    ];

    /// <summary>A program, what it loads, and how many bytes of weights that are.</summary>
    private sealed record Contender(string Name, StartedProgram Program, string Path, long Bytes, string[] Options);

    private sealed record Result(string Token, double PeakMegabytes, Times FirstToken, Times End, Times? Processor);
}
