namespace KernelGen.Generator.Specification.Kernels;

/// <summary>A validated single kernel: what it computes, with every dimension. No Roslyn type in it.</summary>
internal abstract record KernelSpecification;

/// <summary>Softmax, or its logarithm, of rows.</summary>
/// <param name="Length">The width of a row.</param>
/// <param name="IsLogarithm">Whether it is the logarithm.</param>
internal sealed record SoftmaxSpecification(int Length, bool IsLogarithm) : KernelSpecification;

/// <summary>A mask over rows of scores.</summary>
/// <param name="Mask">Which.</param>
/// <param name="Length">The width of a row.</param>
internal sealed record MaskSpecification(Mask Mask, int Length) : KernelSpecification;

/// <summary>A norm of rows.</summary>
/// <param name="Normalization">How it normalises.</param>
/// <param name="Length">The width of a row.</param>
/// <param name="HasShift">Whether a β is added.</param>
/// <param name="Epsilon">What is added under the root.</param>
internal sealed record NormSpecification(Normalization Normalization, int Length, bool HasShift, double Epsilon) : KernelSpecification;

/// <summary>A function of each number.</summary>
/// <param name="Function">The function.</param>
internal sealed record ActivationSpecification(Activation Function) : KernelSpecification;

/// <summary>A linear layer.</summary>
/// <param name="Inputs">The input width.</param>
/// <param name="Outputs">The output width.</param>
/// <param name="Function">The function of its sums; <see langword="null"/> for none.</param>
/// <param name="AddsResidual">Whether its sums are added to a residual.</param>
/// <param name="InputBits">The bits of an input beside 8-bit weights.</param>
internal sealed record LinearSpecification(int Inputs, int Outputs, Activation? Function, bool AddsResidual, int InputBits) : KernelSpecification;

/// <summary>Attention.</summary>
/// <param name="Heads">The number of heads.</param>
/// <param name="HeadDimension">The width of a head.</param>
/// <param name="Mask">What a query sees.</param>
/// <param name="MaxLength">The most keys.</param>
/// <param name="ScaleScores">Whether scores are divided by the square root of the head's width.</param>
internal sealed record AttentionSpecification(int Heads, int HeadDimension, Mask Mask, int MaxLength, bool ScaleScores) : KernelSpecification;

/// <summary>An embedding of tokens.</summary>
/// <param name="Tokens">The number of tokens there are.</param>
/// <param name="Dimension">The width of a row.</param>
/// <param name="IsScaled">Whether an embedding is multiplied by the square root of its width.</param>
/// <param name="AddsPositions">Whether the row of a position is added.</param>
internal sealed record EmbeddingSpecification(int Tokens, int Dimension, bool IsScaled, bool AddsPositions) : KernelSpecification;
