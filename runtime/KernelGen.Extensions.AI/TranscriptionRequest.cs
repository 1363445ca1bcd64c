using System.Diagnostics.CodeAnalysis;
using KernelGen.Audio;
using Microsoft.Extensions.AI;
using TranscriptionOptions = KernelGen.Audio.TranscriptionOptions;

namespace KernelGen.Extensions.AI;

/// <summary>What one request asks for, in KernelGen's words.</summary>
/// <param name="Transcription">How audio is transcribed.</param>
/// <param name="Live">How it is heard while it comes; <see langword="null"/> for a recording.</param>
/// <param name="SampleRate">The sample rate that the audio should have, where the request says so.</param>
internal sealed record TranscriptionRequest(TranscriptionOptions Transcription, LiveTranscriptionOptions? Live, int? SampleRate)
{
    private const string English = "en";

    /// <summary>The code of the language that is asked for, where one is.</summary>
    public string? Language => Transcription.Language is { } language ? SpeechLanguages.Find(language)?.Code : null;

    /// <summary>Reads the options of a request.</summary>
    /// <param name="options">The options, where there are any.</param>
    /// <param name="defaults">Those of the client.</param>
    /// <param name="client">The client.</param>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    [Experimental(AIExperiments.SpeechToText)]
    public static TranscriptionRequest Of(SpeechToTextOptions? options, SpeechToTextClientOptions defaults, SpeechToTextClient client)
    {
        if (options is null)
        {
            return new TranscriptionRequest(defaults.Transcription, defaults.Live, SampleRate: null);
        }

        if (options.ModelId is { } model && model != client.ModelId)
        {
            throw new ArgumentException($"{nameof(options.ModelId)} is {model}, and this client has {client.ModelId} alone. Leave it out, or name that.", nameof(options));
        }

        TranscriptionOptions transcription = options.RawRepresentationFactory?.Invoke(client) switch
        {
            null => defaults.Transcription,
            TranscriptionOptions made => made,
            { } other => throw new ArgumentException(
                $"{nameof(options.RawRepresentationFactory)} made {other.GetType().FullName}; expected {typeof(TranscriptionOptions).FullName}.", nameof(options)),
        };
        if (options.SpeechLanguage is { } spoken)
        {
            transcription = transcription with { Language = Find(spoken) ?? spoken };
        }

        if (options.TextLanguage is { } written)
        {
            transcription = transcription with { Task = TaskFor(written, transcription.Language) };
        }

        return new TranscriptionRequest(transcription, LiveOf(options) ?? defaults.Live, options.SpeechSampleRate);
    }

    [Experimental(AIExperiments.SpeechToText)]
    private static LiveTranscriptionOptions? LiveOf(SpeechToTextOptions options)
    {
        object? live = null;
        options.AdditionalProperties?.TryGetValue(nameof(LiveTranscriptionOptions), out live);
        return live is null or LiveTranscriptionOptions
            ? (LiveTranscriptionOptions?)live
            : throw new ArgumentException($"{nameof(LiveTranscriptionOptions)} among the additional properties is {live.GetType().FullName}; expected {typeof(LiveTranscriptionOptions).FullName}.", nameof(options));
    }

    private static TranscriptionTask TaskFor(string written, string? spoken)
    {
        string? code = Find(written);
        return code is not null && code == (spoken is null ? null : Find(spoken)) ? TranscriptionTask.Transcribe
            : code == English ? TranscriptionTask.Translate
            : throw new ArgumentException(
                $"The text cannot be written in '{written}'. Name English as TextLanguage, the same language as SpeechLanguage, or none, for the language that is spoken.", "options");
    }

    /// <summary>The code of a language that is named by a code, a name, or a tag such as <c>pt-BR</c>.</summary>
    private static string? Find(string language)
    {
        int end = language.IndexOfAny(['-', '_']);
        return (SpeechLanguages.Find(language) ?? (end > 0 ? SpeechLanguages.Find(language[..end]) : null))?.Code;
    }
}
