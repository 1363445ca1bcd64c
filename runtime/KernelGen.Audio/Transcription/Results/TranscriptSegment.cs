using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>A part of a transcript: of a Whisper a sentence, as a rule, or a part of one; of a Moonshine what is said in a piece of up to 30 seconds.</summary>
public sealed record TranscriptSegment
{
    /// <summary>Its place among all segments of the sound, from 0. Segments without text count, though they are not part of a <see cref="Transcript"/>.</summary>
    public int Number { get; init; }

    /// <summary>Where the window begins that it was heard in.</summary>
    public TimeSpan WindowStart { get; init; }

    /// <summary>Where it begins.</summary>
    public TimeSpan Start { get; init; }

    /// <summary>Where it ends.</summary>
    public TimeSpan End { get; init; }

    /// <summary>Its text, with the space before it.</summary>
    public string Text { get; init; } = "";

    /// <summary>The code of the language of the sound, as <see cref="Transcript.Language"/> says.</summary>
    public string Language { get; init; } = "";

    /// <summary>Its tokens, timestamps among them.</summary>
    public ImmutableArray<int> Tokens { get; init; } = [];

    /// <summary>Its words, where <see cref="TranscriptionOptions.WordTimestamps"/> asked for them.</summary>
    public ImmutableArray<TranscriptWord> Words { get; init; } = [];

    /// <summary>The temperature with which its window was decoded.</summary>
    public double Temperature { get; init; }

    /// <summary>The mean log-probability of the tokens of its window.</summary>
    public double AverageLogProbability { get; init; }

    /// <summary>The probability that there is no speech in its window, from 0 to 1; 0 from a Moonshine, which does not tell.</summary>
    public double NoSpeechProbability { get; init; }

    /// <summary>How often the text of its window repeats itself: its bytes over those that zlib makes of them.</summary>
    public double CompressionRatio { get; init; }
}
