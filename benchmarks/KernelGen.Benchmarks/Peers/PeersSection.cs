using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Report;

namespace KernelGen.Benchmarks.Peers;

/// <summary>KernelGen and ONNX Runtime on the same random weights, taking turns in one process.</summary>
internal static class PeersSection
{
    private static readonly Column[] NameColumns = [new("model", IsText: true), new("batch"), new("weights", IsText: true)];

    private static readonly Column[] TimeColumns =
    [
        .. NameColumns,
        new("KernelGen, least ms"),
        new("median"),
        new("ONNX Runtime, least ms"),
        new("median"),
        new("times faster"),
        new("KernelGen unscreened, median"),
        new("times faster"),
        new("KernelGen beam 4, median"),
        new("other load"),
    ];

    private static readonly Column[] OtherColumns =
    [
        .. NameColumns,
        new("KernelGen, MB"),
        new("ONNX Runtime, MB"),
        new("KernelGen loads, ms"),
        new("ONNX Runtime loads, ms"),
        new("tokens as KernelGen float32", IsText: true),
    ];

    /// <summary>Measures.</summary>
    /// <param name="selection">What.</param>
    /// <param name="graphs">The folder with the graphs of ONNX Runtime.</param>
    /// <param name="isSameWork">Whether the contenders did the same work.</param>
    public static IReadOnlyList<Section> Measure(Selection selection, string graphs, out bool isSameWork)
    {
        var run = new PeerRun(selection, graphs);
        var results = new List<PeerResult>();
        foreach (RandomCase random in RandomCase.All.Where(random => selection.Cases.Contains(random.Model)))
        {
            using var prepared = new PreparedCase(random);
            foreach (int batch in selection.Batches)
            {
                foreach (WeightPrecision precision in selection.Precisions)
                {
                    Console.Error.WriteLine($"measuring {random.Model.Name}, batch {batch}, {precision.Name()}");
                    results.Add(run.Measure(prepared, batch, precision));
                }
            }
        }

        isSameWork = results.TrueForAll(static result => result.IsSameModel);
        return results.Count == 0 ? [] :
        [
            new Section("Whole models, and ONNX Runtime beside them", Notes(selection, results, graphs), TimeColumns, [.. results.Select(TimeRow)]) { Chart = Chart(results) },
            new Section(
                "What they take, and what they say",
                ["Memory is resident memory that loading and one call added. Tokens count as the same from the first of a sentence on; after one that differs, the rest of the sentence does not."],
                OtherColumns,
                [.. results.Select(OtherRow)]),
        ];
    }

    private static List<string> Notes(Selection selection, List<PeerResult> results, string graphs)
    {
        List<string> notes =
        [
            $"Random weights; sources of {RandomCase.SourceLength} tokens, exactly {RandomCase.TargetLength} decoded from each, greedily, one thread. Times are of one sentence, "
                + $"each contender {selection.ModelSeconds:0.##} s, in turns. \"Times faster\" compares medians.",
            .. RandomCase.All.Where(random => selection.Cases.Contains(random.Model)).Select(random =>
                $"{random.Model.Name}: {random.Model.Dimensions} (width/heads/feed-forward/layers/vocabulary), seed {random.Seed}"),
            $"KernelGen with {selection.InstructionSet}.",
            results.Exists(static result => result.OnnxRuntime is not null)
                ? $"ONNX Runtime {OnnxRuntimePeer.Version}, its fastest graphs: 'best' (float32), 'i8mixp' (int8, batch 1), 'i8dqp' (int8, larger batches); {OnnxRuntimePeer.Settings}."
                : $"ONNX Runtime was left out: there are no graphs of it in {graphs} (--shared names another folder).",
            "libtorch was left out: its native library is 461 MB, and asks for a C++ runtime that Debian 12 does not have (GLIBCXX_3.4.32).",
            "\"Unscreened\": KernelGen goes token by token and reads the whole output projection, as ONNX Runtime does, rather than guess tokens and scan a smaller copy first (the tokens are the same). \"Beam 4\": KernelGen with a beam of four.",
            .. results.Where(static result => !result.IsSameModel).Select(static result => $"NOT THE SAME MODEL: {result.Model.Name}, {Name(result)}. Its times cannot be compared."),
        ];
        notes.Add(OtherLoad.Note(results.Select(static result => result.OtherLoad)));
        return notes;
    }

    private static string Name(PeerResult result) => $"batch {result.Batch}, {result.Precision.Name()}";

    private static string[] NameRow(PeerResult result) =>
        [result.Model.Name, Cells.Number(result.Batch, 0), result.Precision.Name()];

    private static string[] TimeRow(PeerResult result) =>
    [
        .. NameRow(result),
        .. Cells.Times(result.KernelGen.PerSentence),
        .. Cells.Times(result.OnnxRuntime?.PerSentence),
        Ratio(result.Ratio),
        Cells.Milliseconds((result.Unscreened ?? result.KernelGen).PerSentence.Median),
        Ratio(result.UnscreenedRatio),
        Cells.Milliseconds(result.Beam4.PerSentence.Median),
        OtherLoad.Words(result.OtherLoad),
    ];

    private static string Ratio(double? ratio) => ratio is { } known ? Cells.Number(known, 2) : Cells.Nothing;

    private static string[] OtherRow(PeerResult result) =>
    [
        .. NameRow(result),
        .. Memory(result.KernelGen, result.OnnxRuntime),
        .. Loading(result.KernelGen, result.OnnxRuntime),
        Tokens(result),
    ];

    private static IEnumerable<string> Memory(params Measured?[] contenders) =>
        contenders.Select(static measured => measured is null ? Cells.Nothing : Cells.Number(measured.Megabytes, 0));

    private static IEnumerable<string> Loading(params Measured?[] contenders) =>
        contenders.Select(static measured => measured is null ? Cells.Nothing : Cells.Milliseconds(measured.LoadSeconds));

    private static string Tokens(PeerResult result) => (result.KernelGenTokens, result.OnnxRuntimeTokens) switch
    {
        (null, null) => Cells.Nothing,
        (null, { } other) => other.ToString(),
        ({ } own, null) => $"KernelGen {own}",
        ({ } own, { } other) => $"KernelGen {own}; ONNX Runtime {other}",
    };

    private static BarChart? Chart(List<PeerResult> results)
    {
        Bar[] bars = [.. results.Where(static result => result.Ratio is not null).Select(static result => new Bar($"{result.Model.Name}, {Name(result)}", result.Ratio!.Value))];
        return bars.Length == 0 ? null : new BarChart("peers", "Times faster than ONNX Runtime", 1, "ONNX Runtime", "0.00", bars);
    }
}
