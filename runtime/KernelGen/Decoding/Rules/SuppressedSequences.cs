using System.Collections.Immutable;

namespace KernelGen.Decoding;

/// <summary>Forbids tokens: anywhere, or after certain others.</summary>
internal static class SuppressedSequences
{
    /// <summary>Forbids tokens, and the last token of each sequence whose other tokens the target ends with.</summary>
    /// <param name="logits">The logits of the vocabulary.</param>
    /// <param name="target">The start token and the tokens after it.</param>
    /// <param name="tokens">The tokens; may be none.</param>
    /// <param name="sequences">The sequences, none empty; may be none.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> target, ImmutableArray<int> tokens, ImmutableArray<ImmutableArray<int>> sequences)
    {
        foreach (int token in tokens.AsSpan())
        {
            logits[token] = float.NegativeInfinity;
        }

        foreach (ImmutableArray<int> sequence in sequences.AsSpan())
        {
            if (target.EndsWith(sequence.AsSpan()[..^1]))
            {
                logits[sequence[^1]] = float.NegativeInfinity;
            }
        }
    }
}
