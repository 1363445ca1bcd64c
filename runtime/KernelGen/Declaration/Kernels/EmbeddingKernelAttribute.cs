namespace KernelGen;

/// <summary>
/// Makes a static partial method the embedding of tokens: <c>static partial void Embed(ReadOnlySpan&lt;int&gt; tokens, ReadOnlySpan&lt;float&gt; table, Span&lt;float&gt; y)</c>. The table is
/// <c>[Tokens, Dimension]</c>, as checkpoints have it, and <c>y</c> has a row of <c>Dimension</c> numbers for each token. With <c>ReadOnlySpan&lt;float&gt; positions</c> before <c>y</c>, the first
/// row of it is added to the first token's, and so on.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EmbeddingKernelAttribute : Attribute
{
    /// <summary>The number of tokens that there are.</summary>
    public int Tokens { get; set; }

    /// <summary>The width of a row.</summary>
    public int Dimension { get; set; }

    /// <summary>Whether an embedding is multiplied by the square root of <see cref="Dimension"/>.</summary>
    public bool ScaleEmbedding { get; set; }
}
