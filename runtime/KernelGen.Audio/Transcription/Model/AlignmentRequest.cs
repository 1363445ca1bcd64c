using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Tokens whose place in the sound is asked for.</summary>
internal sealed record AlignmentRequest
{
    /// <summary>The whole target, the end token included. At most <see cref="WindowShape.MaximumTargetLength"/>.</summary>
    public required ImmutableArray<int> Tokens { get; init; }

    /// <summary>The first token whose probability is asked for; all after it but the last one's are, too.</summary>
    public required int FirstText { get; init; }

    /// <summary>Probabilities are those among the tokens below this one.</summary>
    public required int TextLimit { get; init; }

    /// <summary>The heads whose attention is asked for, at least one.</summary>
    public required ImmutableArray<AttentionHead> Heads { get; init; }
}
