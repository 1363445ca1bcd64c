namespace KernelGen.Samples.Transcribe;

/// <summary>How a transcript is written.</summary>
internal enum OutputForm
{
    /// <summary>A line for each segment.</summary>
    Text,

    /// <summary>SubRip subtitles.</summary>
    Srt,

    /// <summary>WebVTT subtitles.</summary>
    Vtt,

    /// <summary>A table with tabs.</summary>
    Tsv,

    /// <summary>JSON, with the names that OpenAI's <c>whisper</c> gives its parts.</summary>
    Json,
}
