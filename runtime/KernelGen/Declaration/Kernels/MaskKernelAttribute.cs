namespace KernelGen;

/// <summary>
/// Makes a static partial method a mask over rows of scores <c>[rows, Length]</c>: what a row does not see becomes minus infinity, and after softmax 0. With <see cref="Mask.Causal"/> it is
/// <c>static partial void Mask(Span&lt;float&gt; rows)</c>, with <see cref="Mask.Padding"/> <c>static partial void Mask(Span&lt;float&gt; rows, int visible)</c>.
/// </summary>
/// <remarks><see cref="AttentionKernelAttribute"/> has its masks inside, and computes nothing of what is masked.</remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MaskKernelAttribute : Attribute
{
    /// <summary>Says which mask it is.</summary>
    /// <param name="mask">The mask.</param>
    public MaskKernelAttribute(Mask mask) => Mask = mask;

    /// <summary>The mask.</summary>
    public Mask Mask { get; }

    /// <summary>The width of a row.</summary>
    public int Length { get; set; }
}
