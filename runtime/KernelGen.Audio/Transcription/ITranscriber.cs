namespace KernelGen.Audio;

/// <summary>
/// What the models of a family make of audio: how it is cut, what is written for a part, and what follows from the text. <see cref="SpeechToText"/> opens the audio and owns the
/// model, and knows nothing of this. Thread-safe.
/// </summary>
internal interface ITranscriber
{
    /// <summary>Begins to transcribe audio.</summary>
    /// <param name="open">Opens it from its beginning, any number of times: one channel at 16 kHz.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    TranscriptionRun Start(Func<AudioReader> open, TranscriptionOptions options, CancellationToken cancellation);

    /// <summary>Tells what language is spoken at the beginning of audio.</summary>
    /// <param name="samples">One channel at 16 kHz.</param>
    /// <param name="call">How to work.</param>
    /// <exception cref="InvalidOperationException">The model cannot tell languages.</exception>
    LanguageGuess DetectLanguage(ReadOnlyMemory<float> samples, ModelCall call);

    /// <summary>Prepares to transcribe live sound.</summary>
    /// <param name="options">How each pass transcribes.</param>
    /// <param name="live">How often the sound is heard.</param>
    /// <returns>What begins to transcribe a sound, each time anew.</returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    Func<LiveTranscription> Live(TranscriptionOptions options, LiveTranscriptionOptions live);
}
