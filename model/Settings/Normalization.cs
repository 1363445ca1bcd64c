namespace KernelGen;

/// <summary>How a norm normalises a row.</summary>
public enum Normalization
{
    /// <summary>Layer normalisation (Ba et al. 2016): <c>(x - mean) / √(variance + ε) · γ + β</c>.</summary>
    LayerNorm,

    /// <summary>By the root mean square alone (Zhang and Sennrich 2019): <c>x / √(mean(x²) + ε) · γ</c>.</summary>
    RootMeanSquare,
}
