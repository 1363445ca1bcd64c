namespace KernelGen.Decoding;

/// <summary>Forbids tokens.</summary>
internal static class SuppressedTokens
{
    /// <summary>Forbids tokens.</summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="tokens">The tokens; may be none.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            logits[token] = float.NegativeInfinity;
        }
    }
}
