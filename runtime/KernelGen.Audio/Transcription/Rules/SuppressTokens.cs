using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Forbids tokens everywhere.</summary>
/// <param name="tokens">The tokens.</param>
internal sealed class SuppressTokens(ImmutableArray<int> tokens) : ITokenRule
{
    public void Apply(Span<float> logits, ReadOnlySpan<int> written)
    {
        foreach (int token in tokens)
        {
            logits[token] = float.NegativeInfinity;
        }
    }
}
