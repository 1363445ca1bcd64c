namespace KernelGen.Generator.Specification.Kernels;

/// <summary>The attributes of single kernels.</summary>
internal static class KernelNames
{
    public const string Softmax = "KernelGen.SoftmaxKernelAttribute";
    public const string LogSoftmax = "KernelGen.LogSoftmaxKernelAttribute";
    public const string Mask = "KernelGen.MaskKernelAttribute";
    public const string LayerNorm = "KernelGen.LayerNormKernelAttribute";
    public const string RootMeanSquareNorm = "KernelGen.RmsNormKernelAttribute";
    public const string Activation = "KernelGen.ActivationKernelAttribute";
    public const string Linear = "KernelGen.LinearKernelAttribute";
    public const string Attention = "KernelGen.AttentionKernelAttribute";
    public const string Embedding = "KernelGen.EmbeddingKernelAttribute";

    public static readonly IReadOnlyList<string> All = [Softmax, LogSoftmax, Mask, LayerNorm, RootMeanSquareNorm, Activation, Linear, Attention, Embedding];

    /// <summary>An attribute as it is written: <c>[SoftmaxKernel]</c>.</summary>
    public static string Show(string attribute) => $"[{attribute.Substring("KernelGen.".Length).Replace(nameof(Attribute), "")}]";
}
