namespace KernelGen.Benchmarks.Kernels;

/// <summary>Single kernels of the width of BERT base, and softmax of short and long rows.</summary>
internal static partial class SingleKernels
{
    public const int Width = 768;
    public const int FeedForward = 3072;
    public const int Heads = 12;

    [SoftmaxKernel(Length = 128)]
    public static partial void Softmax128(Span<float> rows);

    [SoftmaxKernel(Length = 512)]
    public static partial void Softmax512(Span<float> rows);

    [SoftmaxKernel(Length = 1000)]
    public static partial void Softmax1000(Span<float> rows);

    [LayerNormKernel(Length = Width)]
    public static partial void LayerNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> y);

    [RmsNormKernel(Length = Width)]
    public static partial void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y);

    [ActivationKernel(Activation.Gelu)]
    public static partial void Gelu(Span<float> values);

    [LinearKernel(Inputs = Width, Outputs = FeedForward, Activation = Activation.Relu)]
    public static partial void Expand(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [LinearKernel(Inputs = FeedForward, Outputs = Width)]
    public static partial void Contract(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);
}
