using KernelGen.Benchmarks.Measuring;
using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Tests.Kernels;

namespace KernelGen.Benchmarks.Kernels;

/// <summary>
/// A linear layer with random weights in the layout that its kernel reads. This is the only place where benchmarks call linear kernels: what memory they
/// want is said here alone.
/// </summary>
internal sealed unsafe class LinearLayer : IDisposable
{
    private const int PanelWidth = 16;
    private readonly KernelSet _kernels;
    private readonly delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> _kernel;
    private readonly delegate*<float*, int, int, int, byte*, void> _quantizer;
    private readonly WeightPrecision _precision;
    private readonly LinearWeights _weights;
    private readonly FloatBuffer _panels;
    private readonly FloatBuffer _columns;
    private readonly int _panelCount;
    private FloatBuffer? _quantized;

    /// <param name="kernels">The kernels.</param>
    /// <param name="kernel">Which of them.</param>
    /// <param name="precision">How the weights are stored.</param>
    public LinearLayer(KernelSet kernels, LinearKernel kernel, WeightPrecision precision)
    {
        (_kernels, _precision) = (kernels, precision);
        _kernel = kernels.Linear(kernel, precision);
        _quantizer = kernels.QuantizerOf(kernel);
        Shape = LinearShape.Of(kernel, kernels.Model);
        _panelCount = (Shape.Output + PanelWidth - 1) / PanelWidth;
        int columns = _panelCount * PanelWidth;
        _columns = new FloatBuffer(2L * columns);
        bool hasFourBits = precision == WeightPrecision.Int4 && Shape.MayHaveFourBits;
        int weightsPerFloat = precision switch
        {
            WeightPrecision.Int8 or WeightPrecision.Int4 => 4,
            WeightPrecision.BFloat16 => 2,
            _ => 1,
        };
        _panels = new FloatBuffer((long)columns * (Shape.Input + Int4Layout.Group) / weightsPerFloat);
        if (LayoutFacts.IsQuantizedWith(precision) && !hasFourBits)
        {
            // Stored without sign, weights have 7 bits.
            byte* bytes = (byte*)_panels.Pointer;
            for (long i = 0; i < _panels.Length * sizeof(float); i++)
            {
                bytes[i] &= 127;
            }
        }

        // Scales of groups stand behind the weights, which take half of the room.
        byte* panels = (byte*)_panels.Pointer;
        _weights = hasFourBits
            ? LinearWeights.OfFourBits(_columns.Pointer, (ushort*)(panels + Int4Layout.Length(Shape.Output, Shape.Input)), panels)
            : new LinearWeights(_columns.Pointer, _columns.Pointer + columns, panels);
    }

    /// <summary>The widths, and the strides from row to row in floats; a residual has that of the output.</summary>
    public LinearShape Shape { get; }

    /// <summary>Runs the kernel; with quantised weights what quantises its inputs, too.</summary>
    /// <param name="input"><c>[rows, inputs]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="residual">Read where the layer adds a residual.</param>
    /// <param name="output"><c>[rows, outputs]</c>.</param>
    public void Run(float* input, int rows, float* residual, float* output)
    {
        byte* read = (byte*)input;
        if (LayoutFacts.IsQuantizedWith(_precision))
        {
            _quantized ??= new FloatBuffer((long)rows * _kernels.Model.QuantizedStride / sizeof(float));
            read = (byte*)_quantized.Pointer;
            _quantizer(input, rows, Shape.InputStride, Shape.Input, read);
            if (_weights.HasFourBits)
            {
                GroupSums.Add(read, rows, _kernels.Model.QuantizedStride, Shape.Input);
            }
        }

        _kernel(read, rows, in _weights, residual, output, 0, _panelCount);
    }

    public void Dispose()
    {
        _panels.Dispose();
        _columns.Dispose();
        _quantized?.Dispose();
    }
}
