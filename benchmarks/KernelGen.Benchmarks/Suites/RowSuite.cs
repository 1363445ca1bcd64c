using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Suites;

/// <summary>What the suites of kernels that go over rows have in common: a row, another one, and reading a row as fast as memory allows, which is their limit.</summary>
public abstract unsafe class RowSuite : KeepingSuite
{
    /// <summary>The length of the row.</summary>
    protected abstract int Length { get; }

    internal static KernelSet Kernels { get; } = ModelCase.Base.KernelsFor(InstructionSets.Best);

    internal FloatBuffer Row { get; private set; } = null!;

    internal FloatBuffer Output { get; private set; } = null!;

    [GlobalSetup]
    public virtual void Setup()
    {
        Row = Buffer(ReadLoop.RoundUp(Length));
        Output = Buffer(ReadLoop.RoundUp(Length));
    }

    /// <summary>A sum over the row.</summary>
    [Benchmark(Baseline = true)]
    public float ReadingAlone() => ReadLoop.Run(InstructionSets.Best, Row.Pointer, ReadLoop.RoundUp(Length), Length * sizeof(float));
}
