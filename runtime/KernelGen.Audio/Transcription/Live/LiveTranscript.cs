using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>
/// What one more pass over a live sound tells: the words that are final from now on, and those after them as they look so far. What was final is never taken back: all
/// <see cref="Words"/>, one update after the other, are the text, and so are all <see cref="Segments"/>.
/// </summary>
public sealed record LiveTranscript
{
    /// <summary>The words that have become final with this update. Their times count from the beginning of the sound.</summary>
    public ImmutableArray<TranscriptWord> Words { get; init; } = [];

    /// <summary>
    /// The segments that have ended with this update: each is a sentence, or what was said before a pause. Their words are final, in this update or earlier ones, and each is in
    /// one segment. What is said of a window (<see cref="TranscriptSegment.AverageLogProbability"/> and others) is said of the last pass; <see cref="TranscriptSegment.Tokens"/> are empty.
    /// </summary>
    public ImmutableArray<TranscriptSegment> Segments { get; init; } = [];

    /// <summary>The final words that are in no segment yet, because the sentence goes on.</summary>
    public ImmutableArray<TranscriptWord> Pending { get; init; } = [];

    /// <summary>The words after all that are final, as the last pass heard them. The next update may have others.</summary>
    public ImmutableArray<TranscriptWord> Partial { get; init; } = [];

    /// <summary>The code of the language: that which was asked for, or that which was heard. It stays the same once a word is final.</summary>
    public string Language { get; init; } = "";

    /// <summary>How much of the sound has been heard.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The text of <see cref="Pending"/>, with the space before it.</summary>
    public string PendingText => string.Concat(Pending.Select(static word => word.Text));

    /// <summary>The text of <see cref="Partial"/>, with the space before it.</summary>
    public string PartialText => string.Concat(Partial.Select(static word => word.Text));
}
