using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Forbids that a text begins with a space that is a token of its own, or is empty.</summary>
/// <param name="blankTokens">The tokens of a single space, and the end token.</param>
internal sealed class SuppressBlank(ImmutableArray<int> blankTokens) : ITokenRule
{
    public void Apply(Span<float> logits, ReadOnlySpan<int> written)
    {
        if (!written.IsEmpty)
        {
            return;
        }

        foreach (int token in blankTokens)
        {
            logits[token] = float.NegativeInfinity;
        }
    }
}
