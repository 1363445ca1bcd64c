using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;

namespace KernelGen.Benchmarks.Suites;

/// <summary>Softmax over a row, in place.</summary>
public unsafe class SoftmaxSuite : RowSuite
{
    [Params(128, 1024)]
    public int Count { get; set; }

    protected override int Length => Count;

    [Benchmark]
    public void KernelGen() => Kernels.Softmax(Row.Pointer, 1, Count, Count, 1);

    /// <summary>Without subtracting the maximum: it overflows where the others do not.</summary>
    [Benchmark]
    public void TensorPrimitivesSoftMax()
    {
        Span<float> row = Row.Span[..Count];
        TensorPrimitives.SoftMax<float>(row, row);
    }

    [Benchmark]
    public void NaiveLoop() => ScalarSoftmax.Run(Row.Span[..Count]);
}
