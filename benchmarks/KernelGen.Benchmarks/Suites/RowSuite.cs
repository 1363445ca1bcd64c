using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Kernels;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Suites;

/// <summary>What the suites of kernels that go over rows have in common: a row, another one, and reading a row as fast as memory allows, which is their limit.</summary>
public abstract unsafe class RowSuite : IDisposable
{
    private FloatBuffer? _row;
    private FloatBuffer? _output;

    /// <summary>The length of the row.</summary>
    protected abstract int Length { get; }

    internal static KernelSet Kernels { get; } = ModelCase.Base.KernelsFor(InstructionSets.Best);

    internal FloatBuffer Row => _row!;

    internal FloatBuffer Output => _output!;

    [GlobalSetup]
    public virtual void Setup()
    {
        _row = new FloatBuffer(ReadLoop.RoundUp(Length));
        _output = new FloatBuffer(ReadLoop.RoundUp(Length));
    }

    /// <summary>A sum over the row.</summary>
    [Benchmark(Baseline = true)]
    public float ReadingAlone() => ReadLoop.Run(InstructionSets.Best, Row.Pointer, ReadLoop.RoundUp(Length), Length * sizeof(float));

    [GlobalCleanup]
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _row?.Dispose();
        _output?.Dispose();
    }
}
