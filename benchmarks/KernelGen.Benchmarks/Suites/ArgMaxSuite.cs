using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;

namespace KernelGen.Benchmarks.Suites;

/// <summary>The best of the base model's 32,000 logits.</summary>
public unsafe class ArgMaxSuite : RowSuite
{
    protected override int Length => Kernels.Model.LogitsStride;

    [Benchmark]
    public int KernelGen() => Kernels.ArgMax(Row.Pointer);

    [Benchmark]
    public int TensorPrimitivesIndexOfMax() => TensorPrimitives.IndexOfMax<float>(Row.Span[..Kernels.Model.TargetVocabularySize]);

    [Benchmark]
    public int NaiveLoop()
    {
        ReadOnlySpan<float> logits = Row.Span[..Kernels.Model.TargetVocabularySize];
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
    }
}
