using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>
/// Works through a sound of any length, a window at a time: each begins where the text of the one before ends. OpenAI's <c>transcribe.py</c>, with its rules for silence and
/// for words that nobody said.
/// </summary>
internal sealed class LongFormTranscription
{
    /// <summary>Text that took a higher temperature is not looked back at.</summary>
    private const double HighTemperature = 0.5;

    private readonly IWindowModel _model;
    private readonly WhisperTokens _tokens;
    private readonly ILogMelSource _source;
    private readonly TranscriptionOptions _options;
    private readonly string _language;
    private readonly SegmentSlicer _slicer;
    private readonly WindowDecoder _decoder;
    private readonly WordTimestamps? _words;
    private readonly Hallucinations? _hallucinations;
    private readonly PromptHistory _history;
    private readonly float[] _logMel;
    private double _lastSpeech;

    /// <param name="model">The model.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="alignmentHeads">The heads whose attention gives words their times.</param>
    /// <param name="source">The sound.</param>
    /// <param name="options">The options, checked.</param>
    /// <param name="language">The code of the language.</param>
    public LongFormTranscription(
        IWindowModel model, WhisperTokens tokens, ImmutableArray<AttentionHead> alignmentHeads, ILogMelSource source, TranscriptionOptions options, string language)
    {
        WindowShape shape = model.Shape;
        if (source.Bins != shape.Bins)
        {
            throw new ArgumentException($"The sound has frames of {source.Bins} mel bins, and the model hears {shape.Bins}. Compute as many.", nameof(source));
        }

        _model = model;
        _tokens = tokens;
        _source = source;
        _options = options;
        _language = language;
        _slicer = new SegmentSlicer(tokens, shape);
        _decoder = new WindowDecoder(model, tokens, options, language);
        _words = options.WordTimestamps ? new WordTimestamps(model, tokens, alignmentHeads, options, language) : null;
        _hallucinations = options.HallucinationSilenceThreshold is { } silence
            ? new Hallucinations(silence.TotalSeconds, options.PrependedPunctuation + options.AppendedPunctuation)
            : null;
        ImmutableArray<int> prompt = string.IsNullOrWhiteSpace(options.InitialPrompt) ? [] : [.. tokens.Encode(options.InitialPrompt, nameof(options.InitialPrompt))];
        _history = new PromptHistory(prompt, options.CarryInitialPrompt, shape.LongestPrompt);
        _logMel = new float[shape.Frames * shape.Bins];
    }

    /// <summary>What decodes the windows that wait for their text.</summary>
    public FallbackDecoder Decoder => _decoder.Decoder;

    /// <summary>The frame at a time of a sound, or its end.</summary>
    public static int FrameAt(TimeSpan time, ILogMelSource source) => (int)Math.Min(source.FrameCount, Math.Round(time.TotalSeconds * WindowShape.FramesPerSecond));

    /// <summary>Works through the sound. Once only.</summary>
    /// <param name="call">How to work; cancelled between two windows, or within one.</param>
    /// <returns>Windows that are to be decoded, and the segments, each once it is final; also those without text.</returns>
    public IEnumerable<TranscriptionStep> Steps(ModelCall call)
    {
        foreach (FrameRange clip in Clips())
        {
            int position = clip.Start;
            while (position < clip.End)
            {
                call.Cancellation.ThrowIfCancellationRequested();
                var window = new WindowRange(position, Math.Min(_model.Shape.Frames, clip.End - position), _model.Shape.Frames);
                List<SegmentDraft> segments;
                using (IEncodedWindow encoded = Encode(window, call))
                {
                    var pending = new PendingText(_decoder.Request(new WindowToDecode(encoded, _history.Next(), window.FirstFrame)));
                    yield return new TranscriptionStep(pending, Segment: null);
                    segments = Take(pending.Text, encoded, window, call, out int next);

                    // A window that does not get anywhere would be the same again and again.
                    position = next > position ? next : position + window.Size;
                }

                foreach (SegmentDraft segment in segments)
                {
                    yield return new TranscriptionStep(Pending: null, segment.ToSegment());
                }
            }
        }
    }

    private List<FrameRange> Clips()
    {
        if (_options.Clips.IsDefaultOrEmpty)
        {
            return [new FrameRange(0, _source.FrameCount)];
        }

        var clips = new List<FrameRange>();
        foreach (ClipRange clip in _options.Clips)
        {
            clips.Add(new FrameRange(FrameAt(clip.Start, _source), clip.End is { } end ? FrameAt(end, _source) : _source.FrameCount));
        }

        return clips;
    }

    private IEncodedWindow Encode(WindowRange window, ModelCall call)
    {
        int count = window.Size * _source.Bins;
        _source.Read(window.FirstFrame, _logMel.AsSpan(0, count));
        _logMel.AsSpan(count).Clear();
        return _model.Encode(_logMel, call);
    }

    /// <summary>Takes up the text of a window.</summary>
    /// <param name="text">The text.</param>
    /// <param name="encoded">The window.</param>
    /// <param name="window">Where it lies.</param>
    /// <param name="call">How to work.</param>
    /// <param name="next">Receives the frame where the next window begins.</param>
    private List<SegmentDraft> Take(WindowText text, IEncodedWindow encoded, WindowRange window, ModelCall call, out int next)
    {
        next = window.FirstFrame + window.Size;
        if (_decoder.IsSilent(text))
        {
            return [];
        }

        WindowSegments sliced = _slicer.Slice(text, window);
        List<SegmentDraft> segments = sliced.Segments;
        next = window.FirstFrame + sliced.Advance;
        if (_words is not null && !PlaceWords(sliced, encoded, window, call, ref next))
        {
            return [];
        }

        foreach (SegmentDraft segment in segments)
        {
            segment.ClearWhereEmpty();
            _history.Add(segment.Tokens);
        }

        if (!_options.ConditionOnPreviousText || text.Temperature > HighTemperature)
        {
            _history.Reset();
        }

        return segments;
    }

    /// <summary>Gives the words of a window their times, and moves the beginning of the next window with them.</summary>
    /// <returns>Whether the segments are kept.</returns>
    private bool PlaceWords(WindowSegments sliced, IEncodedWindow encoded, WindowRange window, ModelCall call, ref int next)
    {
        List<SegmentDraft> segments = sliced.Segments;
        _words!.Add(segments, encoded, window, _lastSpeech, call);
        if (!sliced.EndsWithOneTimestamp && SegmentDraft.EndOf(segments) is { } end && end > window.Start)
        {
            bool isNearTheEnd = window.FullEnd - end <= _options.HallucinationSilenceThreshold?.TotalSeconds;
            next = isNearTheEnd ? window.FirstFrame + window.Size : (int)Math.Round(end * WindowShape.FramesPerSecond);
        }

        if (_hallucinations is not null)
        {
            if (_hallucinations.SilenceBeforeFirst(segments, window.Start) is { } silence)
            {
                next = window.FirstFrame + silence;
                return false;
            }

            next = _hallucinations.RemoveSurrounded(segments, window, _lastSpeech, _source.FrameCount) ?? next;
        }

        _lastSpeech = SegmentDraft.EndOf(segments) ?? _lastSpeech;
        return true;
    }
}
