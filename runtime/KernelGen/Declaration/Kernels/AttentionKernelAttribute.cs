namespace KernelGen;

/// <summary>
/// Makes a static partial method attention of several heads (Vaswani et al. 2017), <c>softmax(q · kᵀ / √HeadDimension) · v</c>:
/// <c>static partial void Attend(ReadOnlySpan&lt;float&gt; queries, ReadOnlySpan&lt;float&gt; keys, ReadOnlySpan&lt;float&gt; values, Span&lt;float&gt; y)</c>, each with rows of
/// <c>Heads · HeadDimension</c> numbers, head behind head. With <see cref="Mask.Padding"/>, <c>int visible</c> stands before <c>y</c>: how many of the keys are seen.
/// </summary>
/// <remarks>What is masked is not computed. The length of the spans says how many queries and keys there are.</remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AttentionKernelAttribute : Attribute
{
    /// <summary>The number of heads.</summary>
    public int Heads { get; set; }

    /// <summary>The width of a head.</summary>
    public int HeadDimension { get; set; }

    /// <summary>What a query sees. Where it is not set, every key.</summary>
    public Mask Mask { get; set; }

    /// <summary>The most keys of a call. It decides how much memory a thread keeps for scores.</summary>
    public int MaxLength { get; set; } = 512;

    /// <summary>Whether scores are divided by the square root of <see cref="HeadDimension"/>, as in all models but T5.</summary>
    public bool ScaleScores { get; set; } = true;
}
