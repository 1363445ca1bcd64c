namespace KernelGen.Decoding;

/// <summary>Leaves nothing but forced tokens, as Transformers do: each with the score 0, a log-probability that adds nothing to a sum.</summary>
internal static class ForcedTokens
{
    /// <summary>Forbids all tokens but some.</summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="tokens">The tokens that are left.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> tokens)
    {
        logits.Fill(float.NegativeInfinity);
        foreach (int token in tokens)
        {
            logits[token] = 0;
        }
    }
}
