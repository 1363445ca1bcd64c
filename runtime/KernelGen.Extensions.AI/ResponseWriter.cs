using System.Diagnostics.CodeAnalysis;
using KernelGen.Audio;
using Microsoft.Extensions.AI;

namespace KernelGen.Extensions.AI;

/// <summary>Writes what was heard, in one request, as answers of Microsoft.Extensions.AI: all at once or in updates.</summary>
/// <param name="modelId">What the model is called.</param>
[Experimental(AIExperiments.SpeechToText)]
internal sealed class ResponseWriter(string modelId)
{
    private readonly string _responseId = Guid.NewGuid().ToString("N");
    private bool _hasText;
    private long _tokens;
    private string _language = "";

    /// <summary>The answer to a request as a whole.</summary>
    public SpeechToTextResponse Response(Transcript transcript)
    {
        var response = new SpeechToTextResponse([.. transcript.Segments.Select(Content)])
        {
            ResponseId = _responseId,
            ModelId = modelId,
            RawRepresentation = transcript,
            StartTime = transcript.Segments.IsEmpty ? null : transcript.Segments[0].Start,
            EndTime = transcript.Segments.IsEmpty ? null : transcript.Segments[^1].End,
            AdditionalProperties = LanguageProperty(transcript.Language),
        };
        response.AdditionalProperties.Add(nameof(Transcript.Duration), transcript.Duration);
        response.Usage = new UsageDetails { OutputTokenCount = _tokens };
        return response;
    }

    /// <summary>The first update.</summary>
    public SpeechToTextResponseUpdate Open() => Update(SpeechToTextResponseUpdateKind.SessionOpen, []);

    /// <summary>A segment that is final.</summary>
    public SpeechToTextResponseUpdate Updated(TranscriptSegment segment)
    {
        SpeechToTextResponseUpdate update = Update(SpeechToTextResponseUpdateKind.TextUpdated, [Content(segment)]);
        update.StartTime = segment.Start;
        update.EndTime = segment.End;
        update.RawRepresentation = segment;
        return update;
    }

    /// <summary>The text after the last segment, as it looks so far.</summary>
    public SpeechToTextResponseUpdate Updating(LiveTranscript live)
    {
        TranscriptWord[] words = [.. live.Pending, .. live.Partial];
        SpeechToTextResponseUpdate update = Update(SpeechToTextResponseUpdateKind.TextUpdating, [new TextContent(Text(live.PendingText + live.PartialText))]);
        update.StartTime = words.Length == 0 ? null : words[0].Start;
        update.EndTime = words.Length == 0 ? null : words[^1].End;
        update.RawRepresentation = live;
        return update;
    }

    /// <summary>The last update.</summary>
    /// <param name="language">The language that was asked for, for where nothing was heard.</param>
    /// <param name="withUsage">Whether the segments told their tokens.</param>
    public SpeechToTextResponseUpdate Close(string? language, bool withUsage)
    {
        SpeechToTextResponseUpdate update = Update(
            SpeechToTextResponseUpdateKind.SessionClose, withUsage ? [new UsageContent(new UsageDetails { OutputTokenCount = _tokens })] : []);
        update.AdditionalProperties = LanguageProperty(_language.Length > 0 ? _language : language ?? "");
        return update;
    }

    private static AdditionalPropertiesDictionary LanguageProperty(string language) => language.Length == 0 ? [] : new() { [nameof(Transcript.Language)] = language };

    private SpeechToTextResponseUpdate Update(SpeechToTextResponseUpdateKind kind, IList<AIContent> contents) =>
        new(contents) { Kind = kind, ResponseId = _responseId, ModelId = modelId };

    private AIContent Content(TranscriptSegment segment)
    {
        var content = new TextContent(Text(segment.Text))
        {
            RawRepresentation = segment,
            AdditionalProperties = new() { [nameof(SpeechToTextResponse.StartTime)] = segment.Start, [nameof(SpeechToTextResponse.EndTime)] = segment.End },
        };
        _hasText = true;
        _tokens += segment.Tokens.Length;
        _language = segment.Language;
        return content;
    }

    /// <summary>A text without the space before it, where nothing stands before that.</summary>
    private string Text(string text) => _hasText ? text : text.TrimStart();
}
