using System.Diagnostics;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Packing;

namespace KernelGen.Benchmarks.Peers;

/// <summary>Runs the contenders of one combination of model, batch and precision in turns.</summary>
internal sealed class PeerRun
{
    private readonly Selection _selection;
    private readonly string _graphs;

    /// <param name="selection">What is measured.</param>
    /// <param name="graphs">The folder with the graphs of ONNX Runtime, which is left out where there are none.</param>
    public PeerRun(Selection selection, string graphs) => (_selection, _graphs) = (selection, graphs);

    public PeerResult Measure(PreparedCase prepared, int batch, WeightPrecision precision)
    {
        ModelCase model = prepared.Case.Model;
        int[][] sources = prepared.Case.Sources(batch);
        using KernelGenPeer reference = LoadKernelGen(prepared, WeightPrecision.Float32);
        int[][] expected = reference.Generate(sources);

        using Entry kernelGen = Entry.Load(() => LoadKernelGen(prepared, precision), sources);
        bool isScreened = model.Description.ScreensOutput && LayoutFacts.CanScreen(model.Description, precision);
        bool isGuessed = sources.Length == 1 && !LayoutFacts.IsQuantizedWith(precision);
        using Entry? unscreened = isScreened || isGuessed ? Entry.Load(() => LoadKernelGen(prepared, precision, Search.GreedyUnscreened), sources) : null;
        using Entry beams = Entry.Load(() => LoadKernelGen(prepared, precision, Search.Beam4), sources);
        string? graphs = prepared.PrepareGraphs(_graphs, batch, precision);
        using Entry? onnxRuntime = graphs is null ? null : Entry.Load(() => new OnnxRuntimePeer(graphs, model.Description, batch, RandomCase.SourceLength, RandomCase.TargetLength), sources);
        Entry[] entries = [.. new[] { kernelGen, unscreened, beams, onnxRuntime }.OfType<Entry>()];
        var load = OtherLoad.Watch();
        Times[] times = Timing.LongInTurns([.. entries.Select(entry => (Action)(() => entry.Contender.Generate(sources)))], _selection.ModelSeconds);
        double? otherLoad = load.Percent();
        Measured? Of(Entry? entry) => entry?.Measured(times[Array.IndexOf(entries, entry)], batch);
        TokenAgreement? Agreement(Entry? entry) => entry is null ? null : new TokenAgreement(reference.Model, sources, expected, entry.Tokens);
        return new PeerResult(model, batch, precision, Of(kernelGen)!, Of(onnxRuntime), otherLoad)
        {
            Unscreened = Of(unscreened),
            Beam4 = Of(beams)!,
            OnnxRuntimeTokens = Agreement(onnxRuntime),
            KernelGenTokens = precision == WeightPrecision.Float32 ? null : Agreement(kernelGen),
        };
    }

    private KernelGenPeer LoadKernelGen(PreparedCase prepared, WeightPrecision precision, Search search = Search.Greedy) =>
        KernelGenPeer.Load(prepared.Case.Model, prepared.Checkpoint, precision, _selection.InstructionSet, RandomCase.TargetLength, search);

    /// <summary>A contender, with what loading it took and the tokens of its first call.</summary>
    private sealed record Entry(IContender Contender, int[][] Tokens, double Megabytes, double LoadSeconds) : IDisposable
    {
        public static Entry Load(Func<IContender> load, int[][] sources)
        {
            int[][] tokens = [];
            double loadSeconds = 0;
            IContender contender = ResidentMemory.Measure(
                () =>
                {
                    long start = Stopwatch.GetTimestamp();
                    IContender loaded = load();
                    loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    tokens = loaded.Generate(sources);
                    return loaded;
                },
                out double megabytes);
            return new Entry(contender, tokens, megabytes, loadSeconds);
        }

        public Measured Measured(Times times, int batch) => new(new Times(times.Minimum / batch, times.Median / batch), Megabytes, LoadSeconds);

        public void Dispose() => Contender.Dispose();
    }
}
