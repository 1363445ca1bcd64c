using System.Text.Json.Serialization;
using KernelGen.Audio;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>The answer in the format "json".</summary>
internal sealed record TextAnswer(string Text);

/// <summary>The answer in the format "verbose_json"; times are in seconds.</summary>
internal sealed record VerboseAnswer(string Task, string Language, double Duration, string Text, SegmentAnswer[] Segments, WordAnswer[]? Words)
{
    public static VerboseAnswer Of(Transcript transcript, TranscriptionTask task, bool withWords) => new(
        task == TranscriptionTask.Translate ? "translate" : "transcribe",
        (SpeechLanguages.Find(transcript.Language)?.EnglishName ?? transcript.Language).ToLowerInvariant(),
        transcript.Duration.TotalSeconds,
        transcript.Text.Trim(),
        [.. transcript.Segments.Select(SegmentAnswer.Of)],
        withWords ? [.. transcript.Segments.SelectMany(static segment => segment.Words).Select(static word => new WordAnswer(word.Text.Trim(), word.Start.TotalSeconds, word.End.TotalSeconds))] : null);
}

/// <summary>A segment.</summary>
internal sealed record SegmentAnswer(
    int Id, int Seek, double Start, double End, string Text, int[] Tokens, double Temperature, double AvgLogprob, double CompressionRatio, double NoSpeechProb)
{
    /// <summary>Frames of a spectrogram in a second, in which OpenAI says where a window begins.</summary>
    private const int FramesInASecond = 100;

    public static SegmentAnswer Of(TranscriptSegment segment) => new(
        segment.Number,
        (int)(segment.WindowStart.TotalSeconds * FramesInASecond),
        segment.Start.TotalSeconds,
        segment.End.TotalSeconds,
        segment.Text,
        [.. segment.Tokens],
        segment.Temperature,
        segment.AverageLogProbability,
        segment.CompressionRatio,
        segment.NoSpeechProbability);
}

/// <summary>A word.</summary>
internal sealed record WordAnswer(string Word, double Start, double End);

/// <summary>What is wrong.</summary>
internal sealed record ErrorAnswer(ErrorMessage Error);

/// <summary>What is wrong.</summary>
internal sealed record ErrorMessage(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TextAnswer))]
[JsonSerializable(typeof(VerboseAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class OpenAIJson : JsonSerializerContext;
