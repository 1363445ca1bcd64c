using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>A window that is to be decoded, and with what its target begins.</summary>
internal sealed record WindowRequest
{
    /// <summary>The window.</summary>
    public required IEncodedWindow Window { get; init; }

    /// <summary>The tokens that the target begins with. They count in no score, and are no part of the result.</summary>
    public required ImmutableArray<int> Prompt { get; init; }

    /// <summary>The position in <see cref="Prompt"/> of the token after which the model says whether there is speech.</summary>
    public int StartOfTranscript { get; init; }

    /// <summary>The probability that there is no speech, where the model has told it before; otherwise <see langword="null"/>.</summary>
    public double? NoSpeechProbability { get; init; }

    /// <summary>What tokens may come.</summary>
    public required ITokenRule Rules { get; init; }

    /// <summary>The most tokens to write, the end token included. At least 1; the prompt and all but the last of them have positions in the target.</summary>
    public required int MaximumTokens { get; init; }

    /// <summary>What the random numbers of this window follow from, so that they do not depend on the windows beside it.</summary>
    public ulong RandomKey { get; init; }
}
