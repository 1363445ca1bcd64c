using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Peers;

namespace KernelGen.Benchmarks.Suites;

/// <summary>Loading from safetensors to a model that is ready to run, the file in the operating system's cache.</summary>
[MemoryDiagnoser]
public class LoadingSuite : KeepingSuite
{
    private PreparedCase _prepared = null!;

    /// <summary>The model.</summary>
    [Params("base", "student", "small")]
    public string Model { get; set; } = "";

    private ModelCase Case => ModelCase.All.Single(model => model.Name == Model);

    [GlobalSetup]
    public void Setup() => _prepared = Keep(new PreparedCase(RandomCase.All.Single(random => random.Model == Case)));

    [Benchmark]
    public void Load() => Case.Load(_prepared.Checkpoint, null).Dispose();
}
