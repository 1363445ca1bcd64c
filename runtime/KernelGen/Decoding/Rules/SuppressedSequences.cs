using System.Collections.Immutable;

namespace KernelGen.Decoding;

/// <summary>Forbids tokens after certain others.</summary>
internal static class SuppressedSequences
{
    /// <summary>Forbids the last token of each sequence whose other tokens the target ends with.</summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="sequences">The sequences, none empty; may be none.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> target, ImmutableArray<ImmutableArray<int>> sequences)
    {
        foreach (ImmutableArray<int> sequence in sequences.AsSpan())
        {
            if (target.EndsWith(sequence.AsSpan()[..^1]))
            {
                logits[sequence[^1]] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>
    /// The same as Transformers' <c>NoBadWordsLogitsProcessor</c> does it: a sequence that is longer than the target so far, and one that is an end token alone,
    /// forbid nothing.
    /// </summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="sequences">The sequences, none empty; may be none.</param>
    /// <param name="endTokens">The end tokens.</param>
    public static void ApplyAsBadWords(
        Span<float> logits, ReadOnlySpan<int> target, ImmutableArray<ImmutableArray<int>> sequences, ReadOnlySpan<int> endTokens)
    {
        foreach (ImmutableArray<int> sequence in sequences.AsSpan())
        {
            bool isEnd = sequence.Length == 1 && endTokens.Contains(sequence[0]);
            if (!isEnd && sequence.Length <= target.Length && target.EndsWith(sequence.AsSpan()[..^1]))
            {
                logits[sequence[^1]] = float.NegativeInfinity;
            }
        }
    }
}
