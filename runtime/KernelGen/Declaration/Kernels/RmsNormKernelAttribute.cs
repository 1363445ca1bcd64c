namespace KernelGen;

/// <summary>
/// Makes a static partial method normalisation by the root mean square (Zhang and Sennrich 2019) of rows, <c>x / √(mean(x²) + ε) · scale</c>:
/// <c>static partial void Normalize(ReadOnlySpan&lt;float&gt; x, ReadOnlySpan&lt;float&gt; scale, Span&lt;float&gt; y)</c>. <c>x</c> and <c>y</c> are <c>[rows, Length]</c>, one row or many,
/// and may be the same memory.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RmsNormKernelAttribute : Attribute
{
    /// <summary>The width of a row.</summary>
    public int Length { get; set; }

    /// <summary>ε, which is added to the mean of the squares.</summary>
    public double Epsilon { get; set; } = 1e-6;
}
