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
    private readonly Kernel _kernel;

    private LinearLayer(Kernel kernel, int inputs, int outputs, int biasLength, int inputStride, int outputStride)
    {
        _kernel = kernel;
        (InputStride, OutputStride) = (inputStride, outputStride);
        _weights = new FloatBuffer(biasLength + ((long)RoundUp(outputs) * inputs));
    }

    private delegate void Kernel(float* input, int rows, float* weights, float* residual, float* output);

    /// <summary>From row to row of the input, in floats.</summary>
    public int InputStride { get; }

    /// <summary>From row to row of the output and of the residual, in floats.</summary>
    public int OutputStride { get; }

    public static LinearLayer Create<TKernels>(ModelDescription model, LinearKind kind)
        where TKernels : struct, IModelKernels
    {
        (int width, int attention, int feedForward) = (model.ModelDimension, model.AttentionWidth, model.FeedForwardDimension);
        int logitsBias = model.LogitsStride;
        return kind switch
        {
            LinearKind.QueryKeyValue => Layer(
                static (input, rows, weights, _, output) => TKernels.QueryKeyValue(input, rows, weights, output), width, 3 * attention, model.ModelStride, 3 * attention),
            LinearKind.AttentionOutput => Layer(TKernels.AttentionOutput, attention, width, model.AttentionStride, model.ModelStride),
            LinearKind.CrossQuery => Layer(
                static (input, rows, weights, _, output) => TKernels.CrossQuery(input, rows, weights, output), width, attention, model.ModelStride, attention),
            LinearKind.CrossKeyValue => Layer(
                static (input, rows, weights, _, output) => TKernels.CrossKeyValue(input, rows, weights, output), width, 2 * attention, model.ModelStride, 2 * attention),
            LinearKind.FeedForwardExpand => Layer(
                static (input, rows, weights, _, output) => TKernels.FeedForwardExpand(input, rows, weights, output), width, feedForward, model.ModelStride, model.FeedForwardStride),
            LinearKind.FeedForwardContract => Layer(TKernels.FeedForwardContract, feedForward, width, model.FeedForwardStride, model.ModelStride),
            LinearKind.Logits => new LinearLayer(
                (input, rows, weights, _, output) => TKernels.Logits(input, rows, weights, weights + logitsBias, output),
                width,
                model.TargetVocabularySize,
                logitsBias,
                model.ModelStride,
                model.LogitsStride),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such linear layer."),
        };
    }

    /// <summary>Runs the kernel.</summary>
    /// <param name="input"><c>[rows, inputs]</c> with <see cref="InputStride"/>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="residual">Rows with <see cref="OutputStride"/>; read where the layer adds a residual.</param>
    /// <param name="output"><c>[rows, outputs]</c> with <see cref="OutputStride"/>.</param>
    public void Run(float* input, int rows, float* residual, float* output) => _kernel(input, rows, _weights.Pointer, residual, output);

    public void Dispose() => _weights.Dispose();

    private static LinearLayer Layer(Kernel kernel, int inputs, int outputs, int inputStride, int outputStride) =>
        new(kernel, inputs, outputs, RoundUp(outputs), inputStride, outputStride);

    private static int RoundUp(int columns) => (columns + PanelWidth - 1) / PanelWidth * PanelWidth;
}
