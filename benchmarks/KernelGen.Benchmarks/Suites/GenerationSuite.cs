using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Suites;

/// <summary>End to end, greedy: 24 tokens from a source of 24, or from each of 32 together, random weights.</summary>
[MemoryDiagnoser]
public class GenerationSuite : KeepingSuite
{
    private KernelGenPeer _peer = null!;
    private KernelGenPeer _unscreened = null!;
    private KernelGenPeer _twoThreads = null!;
    private int[][] _source = [];
    private int[][] _sources = [];

    /// <summary>The model.</summary>
    [Params("base", "student", "small")]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        RandomCase random = RandomCase.All.Single(random => random.Model.Name == Model);
        using var prepared = new PreparedCase(random);
        KernelGenPeer Load(Search search, int threads = 1) => Keep(
            KernelGenPeer.Load(random.Model, prepared.Checkpoint, WeightPrecision.Float32, InstructionSets.Best, RandomCase.TargetLength, search, threads));
        _peer = Load(Search.Greedy);
        _unscreened = Load(Search.GreedyUnscreened);
        _twoThreads = Load(Search.GreedyUnscreened, threads: 2);
        _source = random.Sources(1);
        _sources = random.Sources(32);
    }

    [Benchmark]
    public int[][] Generate() => _peer.Generate(_source);

    /// <summary>With the whole output projection, one thread.</summary>
    [Benchmark]
    public int[][] GenerateList() => _unscreened.Generate(_sources);

    /// <summary>The same shared by two threads.</summary>
    [Benchmark]
    public int[][] GenerateListWithTwoThreads() => _twoThreads.Generate(_sources);

    [Benchmark]
    public float[] Encode() => _peer.Model.Encode(_source[0]);

    /// <summary>All 24 target positions at once.</summary>
    [Benchmark]
    public ScoreResult Score() => _peer.Model.Score(_source[0], _source[0]);
}
