namespace KernelGen.Decoding;

/// <summary>Forbids that the same n tokens follow one another twice in a target (Paulus et al. 2018).</summary>
internal static class NoRepeatNGram
{
    /// <summary>Forbids every token that has followed, earlier in the target, what its last <c>size - 1</c> tokens are.</summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="size">The number of tokens in an n-gram.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> target, int size)
    {
        if (target.Length < size)
        {
            return;
        }

        ReadOnlySpan<int> last = target[^(size - 1)..];
        for (int next = size - 1; next < target.Length; next++)
        {
            if (target.Slice(next - last.Length, last.Length).SequenceEqual(last))
            {
                logits[target[next]] = float.NegativeInfinity;
            }
        }
    }
}
