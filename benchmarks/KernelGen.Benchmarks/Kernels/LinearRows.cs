using KernelGen.Benchmarks.Measuring;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Kernels;

/// <summary>A linear layer with the rows that it reads and writes.</summary>
internal sealed unsafe class LinearRows : IDisposable
{
    private readonly LinearLayer _layer;
    private readonly FloatBuffer _input;
    private readonly FloatBuffer _residual;
    private readonly FloatBuffer _output;
    private readonly int _rows;

    public LinearRows(KernelSet kernels, LinearKernel kernel, int rows, WeightPrecision precision)
    {
        _layer = new LinearLayer(kernels, kernel, precision);
        _rows = rows;
        _input = new FloatBuffer((long)rows * Shape.InputStride);
        _residual = new FloatBuffer((long)rows * Shape.OutputStride);
        _output = new FloatBuffer((long)rows * Shape.OutputStride);
    }

    /// <inheritdoc cref="LinearLayer.Shape"/>
    public LinearShape Shape => _layer.Shape;

    public void Run() => _layer.Run(_input.Pointer, _rows, _residual.Pointer, _output.Pointer);

    public void Dispose()
    {
        _layer.Dispose();
        _input.Dispose();
        _residual.Dispose();
        _output.Dispose();
    }
}
