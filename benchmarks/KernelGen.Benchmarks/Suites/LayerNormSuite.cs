using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Suites;

/// <summary>Layer normalisation of one row of the base model.</summary>
public unsafe class LayerNormSuite : RowSuite
{
    private const float Epsilon = 1e-5f;
    private FloatBuffer _norm = null!;

    protected override int Length => Kernels.Model.ModelDimension;

    private ReadOnlySpan<float> Scale => _norm.Span[..Length];

    private ReadOnlySpan<float> Shift => _norm.Span.Slice(Length, Length);

    public override void Setup()
    {
        base.Setup();
        _norm = Buffer(2 * Length);
    }

    [Benchmark]
    public void KernelGen() => Kernels.Norm(Row.Pointer, 1, _norm.Pointer, Output.Pointer);

    [Benchmark]
    public void TensorPrimitivesSteps()
    {
        ReadOnlySpan<float> row = Row.Span[..Length];
        Span<float> output = Output.Span[..Length];
        TensorPrimitives.Subtract(row, TensorPrimitives.Sum(row) / Length, output);
        float variance = TensorPrimitives.SumOfSquares<float>(output) / Length;
        TensorPrimitives.Multiply(output, 1 / MathF.Sqrt(variance + Epsilon), output);
        TensorPrimitives.MultiplyAdd(output, Scale, Shift, output);
    }

    [Benchmark]
    public void NaiveLoop()
    {
        ReadOnlySpan<float> row = Row.Span[..Length], scale = Scale, shift = Shift;
        Span<float> output = Output.Span[..Length];
        float sum = 0;
        foreach (float value in row)
        {
            sum += value;
        }

        float mean = sum / row.Length;
        float squares = 0;
        foreach (float value in row)
        {
            squares += (value - mean) * (value - mean);
        }

        float factor = 1 / MathF.Sqrt((squares / row.Length) + Epsilon);
        for (int i = 0; i < row.Length; i++)
        {
            output[i] = ((row[i] - mean) * factor * scale[i]) + shift[i];
        }
    }
}
