using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Kernels;

/// <summary>A linear layer with the rows that it reads and writes.</summary>
internal sealed unsafe class LinearCall : IDisposable
{
    private readonly LinearLayer _layer;
    private readonly FloatBuffer _input;
    private readonly FloatBuffer _residual;
    private readonly FloatBuffer _output;
    private readonly int _rows;

    public LinearCall(KernelSet kernels, LinearKind kind, int rows, WeightPrecision precision = WeightPrecision.Float32)
    {
        _layer = kernels.CreateLinear(kind, precision);
        _rows = rows;
        _input = new FloatBuffer((long)rows * _layer.InputStride);
        _residual = new FloatBuffer((long)rows * _layer.OutputStride);
        _output = new FloatBuffer((long)rows * _layer.OutputStride);
    }

    public void Run() => _layer.Run(_input.Pointer, _rows, _residual.Pointer, _output.Pointer);

    public void Dispose()
    {
        _layer.Dispose();
        _input.Dispose();
        _residual.Dispose();
        _output.Dispose();
    }
}
