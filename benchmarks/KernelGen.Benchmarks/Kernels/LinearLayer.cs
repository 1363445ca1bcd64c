using KernelGen.Benchmarks.Measuring;
using KernelGen.Execution;

namespace KernelGen.Benchmarks.Kernels;

/// <summary>
/// A linear layer with random weights in the layout that its kernel reads. This is the only place where benchmarks call linear kernels: what is called,
/// and what memory it wants, is said here alone.
/// </summary>
internal sealed unsafe class LinearLayer : IDisposable
{
    private const int PanelWidth = 16;
    private readonly FloatBuffer _weights;
    private readonly FloatBuffer _columns;
    private readonly delegate*<float*, int, int, int, byte*, void> _quantize;
    private readonly delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> _kernel;
    private readonly WeightPrecision _precision;
    private readonly int _inputs;
    private readonly int _panels;
    private readonly int _quantizedStride;
    private FloatBuffer? _quantized;

    private LinearLayer(
        WeightPrecision precision,
        delegate*<float*, int, int, int, byte*, void> quantize,
        delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> kernel,
        int quantizedStride,
        (int Inputs, int Outputs, int InputStride, int OutputStride) shape)
    {
        _quantizedStride = quantizedStride;
        _precision = precision;
        _quantize = quantize;
        _kernel = kernel;
        (_inputs, InputStride, OutputStride) = (shape.Inputs, shape.InputStride, shape.OutputStride);
        _panels = (shape.Outputs + PanelWidth - 1) / PanelWidth;
        _columns = new FloatBuffer(2L * _panels * PanelWidth);
        int weightsPerFloat = precision switch
        {
            WeightPrecision.Int8 => 4,
            WeightPrecision.BFloat16 => 2,
            _ => 1,
        };
        _weights = new FloatBuffer((long)_panels * PanelWidth * (_inputs + 3) / weightsPerFloat);
        if (precision == WeightPrecision.Int8)
        {
            // Stored without sign, weights have 7 bits.
            byte* bytes = (byte*)_weights.Pointer;
            for (long i = 0; i < _weights.Length * sizeof(float); i++)
            {
                bytes[i] &= 127;
            }
        }
    }

    /// <summary>From row to row of the input, in floats.</summary>
    public int InputStride { get; }

    /// <summary>From row to row of the output and of the residual, in floats.</summary>
    public int OutputStride { get; }

    public static LinearLayer Create<TKernels>(ModelDescription model, LinearKind kind, WeightPrecision precision)
        where TKernels : struct, IModelKernels => precision switch
        {
            WeightPrecision.Int8 => Create<TKernels, Int8Weights>(model, kind),
            WeightPrecision.BFloat16 => Create<TKernels, BFloat16Weights>(model, kind),
            _ => Create<TKernels, Float32Weights>(model, kind),
        };

    /// <summary>Runs the kernel; with 8-bit weights what quantises its inputs, too.</summary>
    /// <param name="input"><c>[rows, inputs]</c> with <see cref="InputStride"/>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="residual">Rows with <see cref="OutputStride"/>; read where the layer adds a residual.</param>
    /// <param name="output"><c>[rows, outputs]</c> with <see cref="OutputStride"/>.</param>
    public void Run(float* input, int rows, float* residual, float* output)
    {
        byte* read = (byte*)input;
        if (_precision == WeightPrecision.Int8)
        {
            _quantized ??= new FloatBuffer((long)rows * _quantizedStride / sizeof(float));
            read = (byte*)_quantized.Pointer;
            _quantize(input, rows, InputStride, _inputs, read);
        }

        float* scales = _columns.Pointer + ((long)_panels * PanelWidth);
        _kernel(read, rows, new LinearWeights(_columns.Pointer, scales, (byte*)_weights.Pointer), residual, output, 0, _panels);
    }

    public void Dispose()
    {
        _weights.Dispose();
        _columns.Dispose();
        _quantized?.Dispose();
    }

    private static LinearLayer Create<TKernels, TPrecision>(ModelDescription model, LinearKind kind)
        where TKernels : struct, IModelKernels
        where TPrecision : struct, IWeightPrecision
    {
        (int width, int attention, int feedForward) = (model.ModelDimension, model.AttentionWidth, model.FeedForwardDimension);
        WeightPrecision precision = TPrecision.Value;
        int stride = model.QuantizedStride;
        return kind switch
        {
            LinearKind.QueryKeyValue => new(precision, &TKernels.Quantize, &TKernels.QueryKeyValue<TPrecision>, stride, (width, 3 * attention, model.ModelStride, 3 * attention)),
            LinearKind.AttentionOutput => new(precision, &TKernels.Quantize, &TKernels.AttentionOutput<TPrecision>, stride, (attention, width, model.AttentionStride, model.ModelStride)),
            LinearKind.CrossQuery => new(precision, &TKernels.Quantize, &TKernels.CrossQuery<TPrecision>, stride, (width, attention, model.ModelStride, attention)),
            LinearKind.CrossKeyValue => new(precision, &TKernels.Quantize, &TKernels.CrossKeyValue<TPrecision>, stride, (width, 2 * attention, model.ModelStride, 2 * attention)),
            LinearKind.FeedForwardExpand => new(precision, &TKernels.Quantize, &TKernels.FeedForwardExpand<TPrecision>, stride, (width, feedForward, model.ModelStride, model.FeedForwardStride)),
            LinearKind.FeedForwardContract => new(precision, &TKernels.Quantize, &TKernels.FeedForwardContract<TPrecision>, stride, (feedForward, width, model.FeedForwardStride, model.ModelStride)),
            LinearKind.Logits => new(precision, &TKernels.Quantize, &TKernels.Logits<TPrecision>, stride, (width, model.TargetVocabularySize, model.ModelStride, model.LogitsStride)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such linear layer."),
        };
    }
}
