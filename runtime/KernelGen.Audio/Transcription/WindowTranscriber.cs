using System.Collections.Immutable;
using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>Transcribes sounds with a model that hears windows: tells their language, and writes what is said in them.</summary>
internal sealed class WindowTranscriber
{
    /// <summary>Frames of so long a clip take 10 MB.</summary>
    private static readonly TimeSpan LongestReadAhead = TimeSpan.FromMinutes(5);

    private readonly IWindowModel _model;
    private readonly WhisperTokens _tokens;
    private readonly ImmutableArray<AttentionHead> _alignmentHeads;

    /// <param name="model">The model.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="alignmentHeads">The heads that give words their times; none stands for all of the upper half of the layers.</param>
    public WindowTranscriber(IWindowModel model, WhisperTokens tokens, ImmutableArray<AttentionHead> alignmentHeads = default)
    {
        _model = model;
        _tokens = tokens;
        _alignmentHeads = alignmentHeads.IsDefaultOrEmpty ? AlignmentHeads.OfUpperLayers(model.Shape) : alignmentHeads;
    }

    /// <summary>Tells the language of a window of a sound.</summary>
    /// <param name="source">The sound.</param>
    /// <param name="firstFrame">Where the window begins.</param>
    /// <param name="call">How to work.</param>
    /// <exception cref="InvalidOperationException">The model is for English alone.</exception>
    public LanguageGuess DetectLanguage(ILogMelSource source, int firstFrame, ModelCall call)
    {
        float[] logMel = new float[_model.Shape.Frames * _model.Shape.Bins];
        source.Read(firstFrame, logMel);
        using IEncodedWindow window = _model.Encode(logMel, call);
        return DetectLanguage(window, call);
    }

    /// <summary>Tells the language of a window.</summary>
    /// <param name="window">The window.</param>
    /// <param name="call">How to work.</param>
    /// <exception cref="InvalidOperationException">The model is for English alone.</exception>
    public LanguageGuess DetectLanguage(IEncodedWindow window, ModelCall call)
    {
        if (!_tokens.IsMultilingual || _tokens.Languages.IsEmpty)
        {
            throw new InvalidOperationException("The model is for English alone, and cannot tell languages. Take one that hears several.");
        }

        float[] logits = new float[_model.Shape.VocabularySize];
        _model.ComputeLogits(window, [_tokens.StartOfTranscript], logits, call);

        // No text is encoded, but nothing is said with a tokenizer that turns out to be damaged.
        _ = _tokens.BlankTokens;
        double highest = double.NegativeInfinity;
        foreach (LanguageToken language in _tokens.Languages)
        {
            highest = Math.Max(highest, logits[language.Token]);
        }

        double sum = 0;
        foreach (LanguageToken language in _tokens.Languages)
        {
            sum += DeterministicMath.Exp(logits[language.Token] - highest);
        }

        ImmutableArray<LanguageProbability> probabilities =
        [
            .. _tokens.Languages
                .Select(language => new LanguageProbability(language.Code, DeterministicMath.Exp(logits[language.Token] - highest) / sum))
                .OrderByDescending(static language => language.Probability),
        ];
        return new LanguageGuess(probabilities[0].Language, probabilities[0].Probability, probabilities);
    }

    /// <summary>Checks options without transcribing anything.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The code of the language that they name, or <see langword="null"/> where the model is to tell it.</returns>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    public string? Check(TranscriptionOptions options) => new WindowOptionChecks(options, _tokens, _model.Shape).Check();

    /// <summary>Begins to transcribe a sound.</summary>
    /// <param name="source">The sound.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    public TranscriptionRun Start(ILogMelSource source, TranscriptionOptions? options, CancellationToken cancellation)
    {
        options ??= TranscriptionOptions.Default;
        string? asked = Check(options);
        var call = Call(options, cancellation);
        int firstFrame = options.Clips is [{ } clip, ..] ? (int)Math.Min(source.FrameCount, clip.Start.TotalSeconds * WindowShape.FramesPerSecond) : 0;
        LanguageGuess? guess = asked is null ? DetectLanguage(source, firstFrame, call) : null;
        string language = asked ?? guess!.Language;
        var transcription = new LongFormTranscription(_model, _tokens, _alignmentHeads, source, options, language);
        return new TranscriptionRun
        {
            Language = language,
            Guess = guess,
            Decoder = transcription.Decoder,
            Call = call,
            Parts = IndependentClips(source, options) is { } clips ? clips.Select(part => OfClip(source, part, options, language).Steps(call)) : [transcription.Steps(call)],
            Duration = () => DurationOf(source),
        };
    }

    /// <summary>A transcription of a sound in which nothing is said: the model is not asked.</summary>
    /// <inheritdoc cref="Start"/>
    public TranscriptionRun StartSilent(ILogMelSource source, TranscriptionOptions options, CancellationToken cancellation) => new()
    {
        Language = Check(options) ?? "",
        Decoder = new FallbackDecoder(_model, options, _tokens.End, _tokens.NoSpeech, _tokens.Decode),
        Call = Call(options, cancellation),
        Parts = [],
        Duration = () => DurationOf(source),
    };

    /// <summary>Transcribes a sound.</summary>
    /// <param name="source">The sound.</param>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">An option is not usable.</exception>
    public Transcript Transcribe(ILogMelSource source, TranscriptionOptions? options, CancellationToken cancellation) =>
        TranscriptionBatch.Transcribe(() => Start(source, options, cancellation), options?.BatchSize ?? 1);

    private static ModelCall Call(TranscriptionOptions options, CancellationToken cancellation) =>
        new(options.Threads, cancellation, Math.Max(options.BeamSize, options.BestOf));

    private static TimeSpan DurationOf(ILogMelSource source) => Times.Of((double)source.FrameCount / WindowShape.FramesPerSecond);

    /// <summary>
    /// The clips of a sound, where they may be decoded together: no text or time of one matters to the next, and none is so long that reading it ahead takes much memory.
    /// <see langword="null"/> otherwise.
    /// </summary>
    private static ImmutableArray<ClipRange>? IndependentClips(ILogMelSource source, TranscriptionOptions options)
    {
        bool looksBack = options.ConditionOnPreviousText || options.WordTimestamps || (!string.IsNullOrWhiteSpace(options.InitialPrompt) && !options.CarryInitialPrompt);
        return options.BatchSize is > 1 && !looksBack && !options.Clips.IsDefaultOrEmpty && options.Clips.All(clip => LengthOf(clip) <= LongestReadAhead) ? options.Clips : null;

        TimeSpan LengthOf(ClipRange clip) => (clip.End ?? DurationOf(source)) - clip.Start;
    }

    private LongFormTranscription OfClip(ILogMelSource source, ClipRange clip, TranscriptionOptions options, string language)
    {
        var frames = new FrameRange(LongFormTranscription.FrameAt(clip.Start, source), clip.End is { } end ? LongFormTranscription.FrameAt(end, source) : source.FrameCount);
        return new LongFormTranscription(_model, _tokens, _alignmentHeads, new BufferedFrames(source, frames), options with { Clips = [clip] }, language);
    }
}
