using KernelGen.Audio;

namespace KernelGen.Extensions.AI;

/// <summary>How a client of speech to text works, where a request says nothing else.</summary>
public sealed record SpeechToTextClientOptions
{
    internal static readonly SpeechToTextClientOptions Default = new();

    /// <summary>What the model is called in answers and in telemetry; <see langword="null"/> (the default) for the name of the declared class.</summary>
    public string? ModelId { get; init; }

    /// <summary>How audio is transcribed. Languages that a request names go before those that stand here.</summary>
    /// <exception cref="ArgumentNullException">There are none.</exception>
    public TranscriptionOptions Transcription
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }
    = new();

    /// <summary>
    /// How a sound is transcribed that is still coming, such as that of a microphone; <see langword="null"/> (the default) for recordings. Only streams of updates are live; the sample rate is always that
    /// of the audio.
    /// </summary>
    public LiveTranscriptionOptions? Live { get; init; }

    /// <summary>Whether the client disposes its <see cref="SpeechToText"/> when it is disposed. Default: no, whoever opened it does.</summary>
    public bool OwnsSpeech { get; init; }
}
