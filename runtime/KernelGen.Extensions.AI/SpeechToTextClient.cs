using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using KernelGen.Audio;
using Microsoft.Extensions.AI;

namespace KernelGen.Extensions.AI;

/// <summary>A <see cref="SpeechToText"/> behind the interface of Microsoft.Extensions.AI. Thread-safe.</summary>
[Experimental(AIExperiments.SpeechToText)]
internal sealed class SpeechToTextClient : ISpeechToTextClient
{
    private const string ProviderName = "kernelgen";

    private readonly SpeechToText _speech;
    private readonly SpeechToTextClientOptions _options;
    private readonly SpeechToTextClientMetadata _metadata;

    /// <param name="speech">What transcribes.</param>
    /// <param name="options">How.</param>
    public SpeechToTextClient(SpeechToText speech, SpeechToTextClientOptions options)
    {
        _speech = speech;
        _options = options;
        ModelId = options.ModelId ?? speech.Model.GetType().Name;
        _metadata = new SpeechToTextClientMetadata(ProviderName, defaultModelId: ModelId);
    }

    /// <summary>What the model is called.</summary>
    public string ModelId { get; }

    /// <inheritdoc/>
    public async Task<SpeechToTextResponse> GetTextAsync(Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckStream(audioSpeechStream);
        TranscriptionRequest request = TranscriptionRequest.Of(options, _options, this);
        using AudioInput audio = await AudioInput.OfRecordingAsync(audioSpeechStream, request.SampleRate, cancellationToken).ConfigureAwait(false);
        Transcript transcript = await Task.Run(() => _speech.Transcribe(audio.Open, request.Transcription, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new ResponseWriter(ModelId).Response(transcript);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<SpeechToTextResponseUpdate> GetStreamingTextAsync(
        Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckStream(audioSpeechStream);
        TranscriptionRequest request = TranscriptionRequest.Of(options, _options, this);
        return request.Live is { } live ? HearAsync(audioSpeechStream, request, live, cancellationToken) : ReadAsync(audioSpeechStream, request, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(SpeechToTextClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(SpeechToText) ? _speech
            : serviceType.IsInstanceOfType(_speech.Model) ? _speech.Model
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_options.OwnsSpeech)
        {
            _speech.Dispose();
        }
    }

    private static void CheckStream(Stream audioSpeechStream)
    {
        ArgumentNullException.ThrowIfNull(audioSpeechStream);
        if (!audioSpeechStream.CanRead)
        {
            throw new ArgumentException("The stream cannot be read. It is closed, or only written to.", nameof(audioSpeechStream));
        }
    }

    /// <summary>The updates of a recording: segments as they become final.</summary>
    private async IAsyncEnumerable<SpeechToTextResponseUpdate> ReadAsync(Stream stream, TranscriptionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var writer = new ResponseWriter(ModelId);
        yield return writer.Open();
        using AudioInput audio = await AudioInput.OfRecordingAsync(stream, request.SampleRate, cancellationToken).ConfigureAwait(false);
        using IEnumerator<TranscriptSegment> segments = _speech.Stream(audio.Open, request.Transcription, cancellationToken).GetEnumerator();
        while (await Task.Run(segments.MoveNext, cancellationToken).ConfigureAwait(false))
        {
            yield return writer.Updated(segments.Current);
        }

        yield return writer.Close(request.Language, withUsage: true);
    }

    /// <summary>The updates of a sound that is still coming.</summary>
    private async IAsyncEnumerable<SpeechToTextResponseUpdate> HearAsync(
        Stream stream, TranscriptionRequest request, LiveTranscriptionOptions live, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var writer = new ResponseWriter(ModelId);
        yield return writer.Open();
        using AudioInput audio = AudioInput.OfLiveSound(stream, request.SampleRate, cancellationToken);
        using AudioReader reader = await Task.Run(audio.Open, cancellationToken).ConfigureAwait(false);
        live = live with { SampleRate = reader.SampleRate };
        await foreach (LiveTranscript update in _speech.TranscribeAsync(audio.ChunksAsync(reader), request.Transcription, live, cancellationToken).ConfigureAwait(false))
        {
            foreach (TranscriptSegment segment in update.Segments)
            {
                yield return writer.Updated(segment);
            }

            if (update.Segments.IsEmpty || !update.Pending.IsEmpty || !update.Partial.IsEmpty)
            {
                yield return writer.Updating(update);
            }
        }

        // The tokens of live segments are not told: each was heard several times.
        yield return writer.Close(request.Language, withUsage: false);
    }
}
