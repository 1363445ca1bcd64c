namespace KernelGen.Tests.SingleKernels;

/// <summary>
/// Single kernels of each kind whose dimensions fill no panel, one, or several; 1, and multiples of 1024, whose rows fall into one set of a cache. The dimensions of <see cref="SmallModel"/>
/// are among them.
/// </summary>
internal static partial class DeclaredKernels
{
    [SoftmaxKernel(Length = 1)]
    public static partial void SoftmaxOf1(Span<float> row);

    [SoftmaxKernel(Length = 37)]
    public static partial void SoftmaxOf37(Span<float> row);

    [SoftmaxKernel(Length = 512)]
    public static partial void SoftmaxOf512(Span<float> row);

    [LogSoftmaxKernel(Length = 1)]
    public static partial void LogSoftmaxOf1(Span<float> row);

    [LogSoftmaxKernel(Length = 48)]
    public static partial void LogSoftmaxOf48(Span<float> row);

    [LogSoftmaxKernel(Length = 63)]
    public static partial void LogSoftmaxOf63(Span<float> row);

    [MaskKernel(Mask.Causal, Length = 19)]
    public static partial void MaskCausal(Span<float> scores);

    [MaskKernel(Mask.Padding, Length = 19)]
    public static partial void MaskPadding(Span<float> scores, int visible);

    [LayerNormKernel(Length = 1)]
    public static partial void LayerNormOf1(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> y);

    [LayerNormKernel(Length = 48)]
    public static partial void LayerNormOf48(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> y);

    [LayerNormKernel(Length = 48, Epsilon = 0.5)]
    public static partial void LayerNormOf48(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y);

    [LayerNormKernel(Length = 100, Epsilon = 1e-3)]
    public static partial void LayerNormOf100(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> y);

    [RmsNormKernel(Length = 32)]
    public static partial void RmsNormOf32(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y);

    [RmsNormKernel(Length = 41, Epsilon = 1e-5)]
    public static partial void RmsNormOf41(ReadOnlySpan<float> x, ReadOnlySpan<float> scale, Span<float> y);

    [ActivationKernel(Activation.Relu)]
    public static partial void Relu(Span<float> values);

    [ActivationKernel(Activation.Gelu)]
    public static partial void Gelu(Span<float> values);

    [ActivationKernel(Activation.GeluTanh)]
    public static partial void GeluTanh(Span<float> values);

    [ActivationKernel(Activation.Silu)]
    public static partial void Silu(Span<float> values);

    [ActivationKernel(Activation.Tanh)]
    public static partial void Tanh(Span<float> values);

    [LinearKernel(Inputs = 1, Outputs = 1)]
    public static partial void Linear1To1(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [LinearKernel(Inputs = 48, Outputs = 144)]
    public static partial void Linear48To144(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [LinearKernel(Inputs = 48, Outputs = 80, Activation = Activation.Gelu)]
    public static partial void Linear48To80Gelu(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [LinearKernel(Inputs = 80, Outputs = 48)]
    public static partial void Linear80To48PlusResidual(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y);

    [LinearKernel(Inputs = 17, Outputs = 33, Activation = Activation.Relu)]
    public static partial void Linear17To33Relu(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [LinearKernel(Inputs = 35, Outputs = 21, InputBits = 8)]
    public static partial void Linear35To21PlusResidual(ReadOnlySpan<float> x, PackedLinear weights, ReadOnlySpan<float> residual, Span<float> y);

    [LinearKernel(Inputs = 1024, Outputs = 130, Activation = Activation.Silu)]
    public static partial void Linear1024To130Silu(ReadOnlySpan<float> x, PackedLinear weights, Span<float> y);

    [AttentionKernel(Heads = 1, HeadDimension = 1)]
    public static partial void Attend1Of1(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y);

    [AttentionKernel(Heads = 3, HeadDimension = 16)]
    public static partial void Attend3Of16(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y);

    [AttentionKernel(Heads = 3, HeadDimension = 16, Mask = Mask.Causal)]
    public static partial void Attend3Of16Causal(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y);

    [AttentionKernel(Heads = 2, HeadDimension = 21, Mask = Mask.Padding, ScaleScores = false, MaxLength = 40)]
    public static partial void Attend2Of21Padding(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, int visible, Span<float> y);

    [AttentionKernel(Heads = 2, HeadDimension = 32, MaxLength = 700)]
    public static partial void AttendLong(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> y);

    [EmbeddingKernel(Tokens = 20, Dimension = 48, ScaleEmbedding = true)]
    public static partial void Embed48PlusPositions(ReadOnlySpan<int> tokens, ReadOnlySpan<float> table, ReadOnlySpan<float> positions, Span<float> y);

    [EmbeddingKernel(Tokens = 3, Dimension = 7)]
    public static partial void Embed7(ReadOnlySpan<int> tokens, ReadOnlySpan<float> table, Span<float> y);
}
