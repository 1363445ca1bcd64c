namespace KernelGen;

/// <summary>
/// Makes a static partial method layer normalisation (Ba et al. 2016) of rows, <c>(x - mean) / √(variance + ε) · scale + shift</c>:
/// <c>static partial void Normalize(ReadOnlySpan&lt;float&gt; x, ReadOnlySpan&lt;float&gt; scale, ReadOnlySpan&lt;float&gt; shift, Span&lt;float&gt; y)</c>, in models without a shift without that parameter.
/// <c>x</c> and <c>y</c> are <c>[rows, Length]</c>, one row or many, and may be the same memory.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LayerNormKernelAttribute : Attribute
{
    /// <summary>The width of a row.</summary>
    public int Length { get; set; }

    /// <summary>ε, which is added to the variance.</summary>
    public double Epsilon { get; set; } = 1e-5;
}
