using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Suites;

/// <summary>A scaled embedding and its position: one row of the base model. KernelGen reads it out of the panels that the output projection reads, too.</summary>
public unsafe class EmbeddingSuite : RowSuite
{
    private const int Tokens = 1024;
    private const int Token = 512;
    private FloatBuffer _table = null!;

    protected override int Length => Kernels.Model.ModelDimension;

    private ReadOnlySpan<float> Embedding => _table.Span.Slice(Token * Length, Length);

    public override void Setup()
    {
        base.Setup();
        _table = Buffer(Tokens * Length);
    }

    [Benchmark]
    public void KernelGen() => Kernels.Embed(Token, _table.Pointer, Row.Pointer, Output.Pointer);

    [Benchmark]
    public void TensorPrimitivesMultiplyAdd() => TensorPrimitives.MultiplyAdd(Embedding, MathF.Sqrt(Length), Row.Span[..Length], Output.Span[..Length]);

    [Benchmark]
    public void NaiveLoop()
    {
        ReadOnlySpan<float> embedding = Embedding, position = Row.Span[..Length];
        Span<float> output = Output.Span[..Length];
        float scale = MathF.Sqrt(Length);
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (embedding[i] * scale) + position[i];
        }
    }
}
