using KernelGen.Text;

namespace KernelGen.Audio;

/// <summary>
/// Transcribes audio with a model that reads samples, as Moonshine does: cuts it at pauses into pieces of some 20 to 30 seconds, each of which becomes a segment. Silence is not
/// read at all, and the time follows the speech.
/// </summary>
internal sealed class MoonshineTranscriber : ITranscriber
{
    private readonly ISoundModel _model;
    private readonly PieceShape _shape;
    private readonly HuggingFaceTokenizer _tokenizer;

    /// <param name="model">The model.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <exception cref="InvalidDataException">The tokenizer is that of another model.</exception>
    public MoonshineTranscriber(ISoundModel model, PieceShape shape, HuggingFaceTokenizer tokenizer)
    {
        _model = model;
        _shape = shape;
        _tokenizer = tokenizer;
        if (tokenizer.VocabularySize != shape.VocabularySize)
        {
            throw new InvalidDataException($"The tokenizer has {tokenizer.VocabularySize} tokens, and the model has {shape.VocabularySize}. Take the tokenizer of the same folder.");
        }
    }

    /// <inheritdoc/>
    public TranscriptionRun Start(Func<AudioReader> open, TranscriptionOptions options, CancellationToken cancellation)
    {
        new PieceOptionChecks(options, _shape).Check();
        var call = new ModelCall(options.Threads, cancellation, Math.Max(options.BeamSize, options.BestOf));
        var decoder = new FallbackDecoder(_model, options, _shape.EndToken, noSpeechToken: null, _tokenizer.Decode);
        var audio = new FiniteReader(open(), cancellation);
        var reader = new PieceReader(audio, _shape.LongestPiece);
        return new TranscriptionRun
        {
            // It is that of the model, which says it nowhere.
            Language = "",
            Decoder = decoder,
            Call = call,
            Parts = Parts(reader.Read(Spans(open, options, _shape.LongestPiece, cancellation)), options, decoder, call),
            Duration = () => new SpeechSpan(0, reader.ReadToEnd()).EndTime(LogMelSpectrogram.SampleRate),
            Source = audio,
        };
    }

    /// <inheritdoc/>
    public LanguageGuess DetectLanguage(ReadOnlyMemory<float> samples, ModelCall call) =>
        throw new InvalidOperationException("A Moonshine hears the one language that it was trained for, and cannot tell languages. Take a Whisper that hears several.");

    /// <inheritdoc/>
    public Func<LiveTranscription> Live(TranscriptionOptions options, LiveTranscriptionOptions live)
    {
        new PieceOptionChecks(options, _shape).Check();
        TimeSpan longest = new SpeechSpan(0, _shape.LongestPiece).EndTime(LogMelSpectrogram.SampleRate);
        live.Check(longest);
        var pass = new PieceLivePass(this, _shape, options);
        return () => new LiveTranscription(pass, options, live, language: null, longest, TimeProvider.System);
    }

    private static IEnumerable<SpeechSpan> Spans(Func<AudioReader> open, TranscriptionOptions options, int longest, CancellationToken cancellation)
    {
        const int Rate = LogMelSpectrogram.SampleRate;
        if (!options.Clips.IsDefaultOrEmpty)
        {
            return options.Clips.Select(static clip => new SpeechSpan(SampleTime.SampleAt(clip.Start, Rate), clip.End is { } end ? SampleTime.SampleAt(end, Rate) : long.MaxValue));
        }

        if (options.VoiceActivity is null)
        {
            return [new SpeechSpan(0, long.MaxValue)];
        }

        IVoiceActivityDetector detector = options.VoiceActivity();
        IEnumerable<SpeechSpan> spoken = SpokenParts.Find(open, detector, cancellation)
            .Select(span => new SpeechSpan(SampleTime.SampleAt(span.StartTime(detector.SampleRate), Rate), SampleTime.SampleAt(span.EndTime(detector.SampleRate), Rate)));
        return SpokenParts.Join(spoken, SpokenParts.SilenceToSkip(Rate), longest);
    }

    private IEnumerable<IEnumerable<TranscriptionStep>> Parts(IEnumerable<SoundPiece> pieces, TranscriptionOptions options, FallbackDecoder decoder, ModelCall call)
    {
        ITokenRule rules = new SuppressTokens(options.SuppressedTokens.IsDefault ? [] : options.SuppressedTokens);
        foreach (SoundPiece piece in pieces)
        {
            // Nobody says anything in a shorter time, and the model would make no position of it.
            if (piece.Samples.Length >= _shape.FewestSamples)
            {
                yield return Steps(piece, rules, options, decoder, call);
            }
        }
    }

    private IEnumerable<TranscriptionStep> Steps(SoundPiece piece, ITokenRule rules, TranscriptionOptions options, FallbackDecoder decoder, ModelCall call)
    {
        call.Cancellation.ThrowIfCancellationRequested();
        using IEncodedWindow encoded = _model.Encode(piece.Samples.Span, call);
        var pending = new PendingText(new WindowRequest
        {
            Window = encoded,
            Prompt = [_shape.StartToken],
            Rules = rules,
            MaximumTokens = Math.Min(options.MaximumTokensPerWindow ?? int.MaxValue, _shape.LongestText(piece.Samples.Length)),
            RandomKey = decoder.RandomKey(piece.Span.Start),
        });
        yield return new TranscriptionStep(pending, Segment: null);
        yield return new TranscriptionStep(Pending: null, Segment(pending.Text, piece.Span));
    }

    private static TranscriptSegment Segment(WindowText text, SpeechSpan span) => new()
    {
        WindowStart = span.StartTime(LogMelSpectrogram.SampleRate),
        Start = span.StartTime(LogMelSpectrogram.SampleRate),
        End = span.EndTime(LogMelSpectrogram.SampleRate),
        Text = text.Text.Length > 0 ? " " + text.Text : "",
        Tokens = text.Tokens,
        Temperature = text.Temperature,
        AverageLogProbability = text.AverageLogProbability,
        NoSpeechProbability = text.NoSpeechProbability,
        CompressionRatio = text.CompressionRatio,
    };
}
