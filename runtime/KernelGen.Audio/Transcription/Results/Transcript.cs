using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>What is said in a sound, and when.</summary>
public sealed class Transcript
{
    /// <param name="language">The code of the language; empty where nobody knows it.</param>
    /// <param name="segments">The segments, in the order of the sound. Those without text are left out.</param>
    /// <param name="duration">How long the sound is.</param>
    public Transcript(string language, IEnumerable<TranscriptSegment> segments, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(language);
        ArgumentNullException.ThrowIfNull(segments);
        Language = language;
        Segments = [.. segments.Where(static segment => !string.IsNullOrWhiteSpace(segment.Text))];
        Duration = duration;
        Text = string.Concat(Segments.Select(static segment => segment.Text));
    }

    /// <summary>All that is said. It begins with a space, as a rule.</summary>
    public string Text { get; }

    /// <summary>The code of the language: that which was asked for, or else that which was heard. Empty where nothing was heard, or a Moonshine did, which does not tell.</summary>
    public string Language { get; }

    /// <summary>The segments, in the order of the sound.</summary>
    public ImmutableArray<TranscriptSegment> Segments { get; }

    /// <summary>How long the sound is.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The transcript as SubRip subtitles (<c>.srt</c>), one for each segment.</summary>
    public string ToSrt() => SrtWriter.Write(Segments);

    /// <summary>The transcript as WebVTT subtitles (<c>.vtt</c>), one for each segment.</summary>
    /// <param name="highlightWords">
    /// Whether a segment that has words becomes as many subtitles, in each of which one word is underlined while it is said (default: no).
    /// </param>
    public string ToVtt(bool highlightWords = false) => VttWriter.Write(Segments, highlightWords);

    /// <summary>The transcript as a table with tabs (<c>.tsv</c>): <c>start</c> and <c>end</c> in milliseconds, and <c>text</c>.</summary>
    public string ToTsv() => TsvWriter.Write(Segments);

    /// <summary>The transcript as JSON, with the names that OpenAI's <c>whisper</c> gives its parts. Times are in seconds.</summary>
    /// <param name="indented">Whether it is written in lines that people can read (default: no).</param>
    public string ToJson(bool indented = false) => JsonTranscriptWriter.Write(this, indented);

    /// <summary>All that is said.</summary>
    public override string ToString() => Text;
}
