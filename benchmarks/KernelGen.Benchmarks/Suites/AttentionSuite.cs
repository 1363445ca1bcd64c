using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Kernels;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;

namespace KernelGen.Benchmarks.Suites;

/// <summary>Multi-head attention of the base model: one row as in a decoding step, 24 as in the encoder.</summary>
public class AttentionSuite : KeepingSuite
{
    private readonly int _heads = ModelCase.Base.Description.Heads;
    private readonly int _headSize = ModelCase.Base.Description.HeadDimension;
    private readonly int _width = ModelCase.Base.Description.ModelDimension;
    private SelfAttentionCall _kernel = null!;
    private FloatBuffer _queries = null!;
    private FloatBuffer _keys = null!;
    private FloatBuffer _values = null!;
    private FloatBuffer _scores = null!;
    private FloatBuffer _output = null!;
    private Work _work;

    [Params(1, 24)]
    public int Rows { get; set; }

    [Params(24, 128)]
    public int Positions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _kernel = Keep(new SelfAttentionCall(ModelCase.Base.KernelsFor(InstructionSets.Best), Rows, Positions));
        _work = new ModelCosts(ModelCase.Base.Description, WeightPrecision.Float32).Attention(Rows, Positions);
        _queries = Buffer(Rows * _width);
        _keys = Buffer(Positions * _width);
        _values = Buffer(Positions * _width);
        _scores = Buffer(Positions);
        _output = Buffer(Rows * _width);
    }

    /// <summary>The arithmetic of scores and weighted sums in registers alone.</summary>
    [Benchmark(Baseline = true)]
    public float Peak() => FmaPeak.Run(InstructionSets.Best, _work.Flops);

    [Benchmark]
    public void KernelGen() => _kernel.Run();

    /// <summary>A row and a head at a time: dot products, softmax, sums of scaled values.</summary>
    [Benchmark]
    public void TensorPrimitivesRowByRow()
    {
        float scale = 1 / MathF.Sqrt(_headSize);
        Span<float> scores = _scores.Span, output = _output.Span;
        for (int row = 0; row < Rows; row++)
        {
            for (int head = 0; head < _width; head += _headSize)
            {
                ReadOnlySpan<float> query = _queries.Span.Slice((row * _width) + head, _headSize);
                for (int position = 0; position < Positions; position++)
                {
                    scores[position] = scale * TensorPrimitives.Dot(query, _keys.Span.Slice((position * _width) + head, _headSize));
                }

                TensorPrimitives.SoftMax<float>(scores, scores);
                Span<float> sum = output.Slice((row * _width) + head, _headSize);
                sum.Clear();
                for (int position = 0; position < Positions; position++)
                {
                    TensorPrimitives.MultiplyAdd(_values.Span.Slice((position * _width) + head, _headSize), scores[position], sum, sum);
                }
            }
        }
    }

    [Benchmark]
    public void NaiveLoop()
    {
        float scale = 1 / MathF.Sqrt(_headSize);
        Span<float> scores = _scores.Span, output = _output.Span;
        ReadOnlySpan<float> queries = _queries.Span, keys = _keys.Span, values = _values.Span;
        for (int row = 0; row < Rows; row++)
        {
            for (int head = 0; head < _heads; head++)
            {
                int first = head * _headSize;
                for (int position = 0; position < Positions; position++)
                {
                    float score = 0;
                    for (int i = first; i < first + _headSize; i++)
                    {
                        score += queries[(row * _width) + i] * keys[(position * _width) + i];
                    }

                    scores[position] = scale * score;
                }

                ScalarSoftmax.Run(scores);
                for (int i = first; i < first + _headSize; i++)
                {
                    float sum = 0;
                    for (int position = 0; position < Positions; position++)
                    {
                        sum += scores[position] * values[(position * _width) + i];
                    }

                    output[(row * _width) + i] = sum;
                }
            }
        }
    }
}
