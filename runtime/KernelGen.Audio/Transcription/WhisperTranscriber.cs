using System.Collections.Immutable;
using KernelGen.Text;

namespace KernelGen.Audio;

/// <summary>Transcribes audio with a model that hears windows of 30 seconds, as Whisper does. Memory does not grow with the length of the audio.</summary>
internal sealed class WhisperTranscriber : ITranscriber
{
    private readonly WindowTranscriber _windows;
    private readonly LogMelSpectrogram _spectrogram;
    private readonly int _windowFrames;

    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="generation">What its <c>generation_config.json</c> says, where there is one.</param>
    /// <exception cref="InvalidDataException">The tokenizer lacks a token that every Whisper has, or is that of another model.</exception>
    public WhisperTranscriber(SpeechModel model, HuggingFaceTokenizer tokenizer, SpeechGenerationFile? generation)
    {
        _spectrogram = new LogMelSpectrogram(model.Channels);
        _windowFrames = model.MaxFrames;
        var tokens = new WhisperTokens(tokenizer, generation?.IsMultilingual);
        var window = new SpeechWindowModel(model);
        CheckSizes(tokens, window.Shape);
        _windows = new WindowTranscriber(window, tokens, generation?.AlignmentHeads ?? ImmutableArray<AttentionHead>.Empty);
    }

    /// <inheritdoc/>
    public TranscriptionRun Start(Func<AudioReader> open, TranscriptionOptions options, CancellationToken cancellation)
    {
        _windows.Check(options);
        AudioLogMel source = Frames(open, cancellation);
        try
        {
            TranscriptionRun run = WithoutSilence(open, options, source.FrameCount, cancellation) is { } spoken
                ? _windows.Start(source, spoken, cancellation)
                : _windows.StartSilent(source, options, cancellation);
            return run with { Source = source };
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public LanguageGuess DetectLanguage(ReadOnlyMemory<float> samples, ModelCall call)
    {
        ReadOnlyMemory<float> first = samples[..Math.Min(samples.Length, _windowFrames * LogMelSpectrogram.HopLength)];
        using AudioLogMel source = Frames(() => new SampleReader(first, LogMelSpectrogram.SampleRate), call.Cancellation);
        return _windows.DetectLanguage(source, firstFrame: 0, call);
    }

    /// <inheritdoc/>
    public Func<LiveTranscription> Live(TranscriptionOptions options, LiveTranscriptionOptions live)
    {
        string? language = _windows.Check(options with { WordTimestamps = true });
        TimeSpan window = TimeSpan.FromSeconds((double)_windowFrames / WindowShape.FramesPerSecond);
        live.Check(window);
        var pass = new LivePass(_windows, _spectrogram, _windowFrames, options);
        return () => new LiveTranscription(pass, options, live, language, window, TimeProvider.System);
    }

    /// <summary>Refuses a tokenizer of another model: a timestamp for each position, and one for the end, are the last tokens of all.</summary>
    private static void CheckSizes(WhisperTokens tokens, WindowShape shape)
    {
        int expected = tokens.FirstTimestamp + shape.Positions + 1;
        if (expected != shape.VocabularySize)
        {
            throw new InvalidDataException(
                $"The tokenizer has {expected} tokens with the timestamps of {shape.Positions} positions, and the model has {shape.VocabularySize}. Take the tokenizer of the same folder.");
        }
    }

    /// <summary>The options with the parts of the audio in which somebody speaks; <see langword="null"/> where nobody does.</summary>
    private static TranscriptionOptions? WithoutSilence(Func<AudioReader> open, TranscriptionOptions options, int frames, CancellationToken cancellation)
    {
        if (options.VoiceActivity is null || !options.Clips.IsDefaultOrEmpty)
        {
            return options;
        }

        IVoiceActivityDetector detector = options.VoiceActivity();
        int rate = detector.SampleRate;
        long silence = SpokenParts.SilenceToSkip(rate);
        IEnumerable<SpeechSpan> spoken = SpokenParts.Join(SpokenParts.Find(open, detector, cancellation), silence);
        ImmutableArray<ClipRange> clips =
        [
            .. SpokenParts.WithShortEnds(spoken, (long)frames * rate / WindowShape.FramesPerSecond, silence)
                .Select(span => new ClipRange(span.StartTime(rate), span.EndTime(rate))),
        ];
        return clips.IsEmpty ? null : options with { Clips = clips };
    }

    private AudioLogMel Frames(Func<AudioReader> open, CancellationToken cancellation) => new(_spectrogram, _windowFrames, open, cancellation);
}
