using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using KernelGen.Benchmarks.Kernels;
using KernelGen.Benchmarks.Measuring;
using KernelGen.Benchmarks.Models;
using KernelGen.Benchmarks.Roofline;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Suites;

/// <summary>Linear layers: one row as in a decoding step, 24 as in a prefill, 32 as in a batch.</summary>
public class LinearSuite : KeepingSuite
{
    private LinearRows _kernel = null!;
    private FloatBuffer _input = null!;
    private FloatBuffer _weights = null!;
    private FloatBuffer _bias = null!;
    private FloatBuffer _output = null!;
    private Work _work;
    private int _inputs;
    private int _outputs;

    /// <summary>A layer of the base model.</summary>
    [Params(nameof(LinearKernel.QueryKeyValue), nameof(LinearKernel.FeedForwardContract))]
    public string Layer { get; set; } = "";

    [Params(1, 24, 32)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _kernel = Keep(new LinearRows(ModelCase.Base.KernelsFor(InstructionSets.Best), Enum.Parse<LinearKernel>(Layer), Rows, WeightPrecision.Float32));
        (_inputs, _outputs) = (_kernel.Shape.Input, _kernel.Shape.Output);
        _work = new ModelCosts(ModelCase.Base.Description, WeightPrecision.Float32).Linear(_inputs, _outputs, Rows);
        _input = Buffer(Rows * _inputs);
        _weights = Buffer(_outputs * _inputs);
        _bias = Buffer(_outputs);
        _output = Buffer(Rows * _outputs);
    }

    /// <summary>The same arithmetic in registers alone.</summary>
    [Benchmark(Baseline = true)]
    public float Peak() => FmaPeak.Run(InstructionSets.Best, _work.Flops);

    [Benchmark]
    public void KernelGen() => _kernel.Run();

    [Benchmark]
    public void TensorPrimitivesDot()
    {
        ReadOnlySpan<float> input = _input.Span, weights = _weights.Span, bias = _bias.Span;
        Span<float> output = _output.Span;
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < _outputs; column++)
            {
                output[(row * _outputs) + column] = bias[column] + TensorPrimitives.Dot(input.Slice(row * _inputs, _inputs), weights.Slice(column * _inputs, _inputs));
            }
        }
    }

    [Benchmark]
    public void NaiveLoop()
    {
        ReadOnlySpan<float> input = _input.Span, weights = _weights.Span, bias = _bias.Span;
        Span<float> output = _output.Span;
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < _outputs; column++)
            {
                float sum = bias[column];
                for (int k = 0; k < _inputs; k++)
                {
                    sum += input[(row * _inputs) + k] * weights[(column * _inputs) + k];
                }

                output[(row * _outputs) + column] = sum;
            }
        }
    }
}
