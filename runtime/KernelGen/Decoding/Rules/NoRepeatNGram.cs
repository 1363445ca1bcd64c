namespace KernelGen.Decoding;

/// <summary>Forbids that the same n tokens follow one another twice: in a target (Paulus et al. 2018), or in a source and in its target.</summary>
internal static class NoRepeatNGram
{
    /// <summary>Forbids every token that follows, somewhere in a text, what a target's last <c>size - 1</c> tokens are.</summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="text">The text: the target itself, or its source.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="size">The number of tokens in an n-gram.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> text, ReadOnlySpan<int> target, int size)
    {
        if (target.Length < size - 1)
        {
            return;
        }

        ReadOnlySpan<int> last = target[^(size - 1)..];
        for (int next = size - 1; next < text.Length; next++)
        {
            if (text.Slice(next - last.Length, last.Length).SequenceEqual(last))
            {
                logits[text[next]] = float.NegativeInfinity;
            }
        }
    }
}
