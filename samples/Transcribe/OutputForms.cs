using KernelGen.Audio;

namespace KernelGen.Samples.Transcribe;

/// <summary>Writes transcripts.</summary>
internal static class OutputForms
{
    /// <summary>How the name of a file of a form ends.</summary>
    public static string Extension(OutputForm form) => form switch
    {
        OutputForm.Text => ".txt",
        OutputForm.Srt => ".srt",
        OutputForm.Vtt => ".vtt",
        OutputForm.Tsv => ".tsv",
        OutputForm.Json => ".json",
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "There is no such form."),
    };

    /// <summary>A transcript in a form.</summary>
    /// <param name="transcript">The transcript.</param>
    /// <param name="form">The form.</param>
    /// <param name="showsWords">Whether WebVTT underlines each word while it is said.</param>
    public static string Write(Transcript transcript, OutputForm form, bool showsWords) => form switch
    {
        OutputForm.Text => string.Concat(transcript.Segments.Select(static segment => Line(segment) + "\n")),
        OutputForm.Srt => transcript.ToSrt(),
        OutputForm.Vtt => transcript.ToVtt(highlightWords: showsWords),
        OutputForm.Tsv => transcript.ToTsv(),
        OutputForm.Json => transcript.ToJson() + "\n",
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "There is no such form."),
    };

    /// <summary>The text of a segment in one line.</summary>
    public static string Line(TranscriptSegment segment) => OneLine.Of(segment.Text).Trim();
}
