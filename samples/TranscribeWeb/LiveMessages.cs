using System.Text.Json.Serialization;
using KernelGen.Audio;

namespace KernelGen.Samples.TranscribeWeb;

/// <summary>What a client writes: first how it sounds, at last that it has ended. Samples are binary messages between.</summary>
/// <param name="SampleRate">Samples in a second.</param>
/// <param name="Language">The language that is spoken; none where the model is to tell it.</param>
/// <param name="Translate">Whether English is written, whatever is said.</param>
/// <param name="End">Whether the sound has ended.</param>
internal sealed record ClientMessage(int? SampleRate = null, string? Language = null, bool Translate = false, bool End = false);

/// <summary>What the service writes: that it listens, what it has heard, or what was wrong.</summary>
internal sealed record ServiceMessage
{
    /// <summary>Whether samples may come.</summary>
    public bool? Listens { get; init; }

    /// <summary>The text that has become final with this message, with the space before it.</summary>
    public string? Final { get; init; }

    /// <summary>The segments that have ended with this message.</summary>
    public SegmentMessage[]? Segments { get; init; }

    /// <summary>The final text that is in no segment yet.</summary>
    public string? Pending { get; init; }

    /// <summary>The text after all that is final, as it looks so far.</summary>
    public string? Partial { get; init; }

    /// <summary>The code of the language.</summary>
    public string? Language { get; init; }

    /// <summary>How much of the sound has been heard, in seconds.</summary>
    public double? Seconds { get; init; }

    /// <summary>What was wrong; nothing comes after it.</summary>
    public string? Error { get; init; }

    /// <summary>What was heard, as a message.</summary>
    public static ServiceMessage Of(LiveTranscript update) => new()
    {
        Final = string.Concat(update.Words.Select(static word => word.Text)),
        Segments = [.. update.Segments.Select(static segment => new SegmentMessage(segment.Start.TotalSeconds, segment.End.TotalSeconds, segment.Text.Trim()))],
        Pending = update.PendingText,
        Partial = update.PartialText,
        Language = update.Language,
        Seconds = update.Duration.TotalSeconds,
    };
}

/// <summary>A segment.</summary>
/// <param name="Start">Where it begins, in seconds.</param>
/// <param name="End">Where it ends, in seconds.</param>
/// <param name="Text">Its text.</param>
internal sealed record SegmentMessage(double Start, double End, string Text);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    MaxDepth = 4)]
[JsonSerializable(typeof(ClientMessage))]
[JsonSerializable(typeof(ServiceMessage))]
internal sealed partial class LiveJson : JsonSerializerContext;
