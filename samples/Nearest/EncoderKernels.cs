namespace KernelGen.Samples.Nearest;

/// <summary>The kernels of the encoder; the generator writes them for exactly these dimensions.</summary>
internal static partial class EncoderKernels
{
    public const int Tokens = 2640;
    public const int MaxLength = 128;

    [EmbeddingKernel(Tokens = Tokens, Dimension = 256, ScaleEmbedding = true)]
    public static partial void Embed(ReadOnlySpan<int> tokens, ReadOnlySpan<float> table, ReadOnlySpan<float> positions, Span<float> y);

    [LinearKernel(Inputs = 256, Outputs = 256)]
    public static partial void Project(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [AttentionKernel(Heads = 4, HeadDimension = 64, MaxLength = MaxLength)]
    public static partial void Attend(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y);

    [LinearKernel(Inputs = 256, Outputs = 256)]
    public static partial void AddProjection(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y);

    [LayerNormKernel(Length = 256)]
    public static partial void Normalize(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> y);

    [LinearKernel(Inputs = 256, Outputs = 512, Activation = Activation.Relu)]
    public static partial void Expand(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [LinearKernel(Inputs = 512, Outputs = 256)]
    public static partial void AddContraction(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y);
}
