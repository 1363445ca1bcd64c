using BenchmarkDotNet.Attributes;

namespace KernelGen.Benchmarks.Suites;

/// <summary>The generator under Roslyn's driver.</summary>
[MemoryDiagnoser]
public class GeneratorSuite
{
    private readonly GeneratorRun _run = new();

    /// <summary>Nothing is remembered from an earlier run.</summary>
    [Benchmark]
    public object NewCompilation() => _run.New();

    /// <summary>As while typing elsewhere.</summary>
    [Benchmark]
    public object UnrelatedEdit() => _run.AfterUnrelatedEdit();
}
