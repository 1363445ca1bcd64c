using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Suites;

/// <summary>End to end, greedy, one thread: 24 tokens from a source of 24, random weights.</summary>
[MemoryDiagnoser]
public class GenerationSuite : IDisposable
{
    private KernelGenPeer? _peer;
    private int[][] _source = [];

    /// <summary>The model.</summary>
    [Params("base", "student", "small")]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        RandomCase random = RandomCase.All.Single(random => random.Model.Name == Model);
        using var prepared = new PreparedCase(random);
        _peer = KernelGenPeer.Load(random.Model, prepared.Checkpoint, WeightPrecision.Float32, InstructionSets.Best, RandomCase.TargetLength);
        _source = random.Sources(1);
    }

    [Benchmark]
    public int[][] Generate() => _peer!.Generate(_source);

    [Benchmark]
    public float[] Encode() => _peer!.Model.Encode(_source[0]);

    /// <summary>All 24 target positions at once.</summary>
    [Benchmark]
    public ScoreResult Score() => _peer!.Model.Score(_source[0], _source[0]);

    [GlobalCleanup]
    public void Dispose()
    {
        _peer?.Dispose();
        GC.SuppressFinalize(this);
    }
}
