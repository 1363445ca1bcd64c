using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Turns encoded windows into text: says what stands before it, and what may come.</summary>
internal sealed class WindowDecoder
{
    private readonly IWindowModel _model;
    private readonly WhisperTokens _tokens;
    private readonly TranscriptionOptions _options;
    private readonly ImmutableArray<int> _startSequence;
    private readonly ImmutableArray<int> _prefix;
    private readonly FallbackDecoder _decoder;
    private RuleList? _rules;

    /// <param name="model">The model.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="options">The options, checked.</param>
    /// <param name="language">The code of the language.</param>
    public WindowDecoder(IWindowModel model, WhisperTokens tokens, TranscriptionOptions options, string language)
    {
        _model = model;
        _tokens = tokens;
        _options = options;
        _startSequence = tokens.StartSequence(language, options.Task);
        if (!options.Timestamps)
        {
            _startSequence = _startSequence.Add(tokens.NoTimestamps);
        }

        _prefix = string.IsNullOrWhiteSpace(options.Prefix) ? [] : [.. tokens.Encode(options.Prefix, nameof(options.Prefix))];
        _decoder = new FallbackDecoder(model, options, tokens.End, tokens.NoSpeech, tokens.Decode);
    }

    private int LongestText => _options.MaximumTokensPerWindow ?? _model.Shape.LongestText;

    /// <summary>What decodes requests, again those whose text is not good enough.</summary>
    public FallbackDecoder Decoder => _decoder;

    /// <summary>Decodes windows together, and again those whose text is not good enough.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="call">How to work.</param>
    /// <returns>The text of each, in their order.</returns>
    public WindowText[] Decode(ReadOnlySpan<WindowToDecode> windows, ModelCall call)
    {
        var requests = new WindowRequest[windows.Length];
        for (int i = 0; i < windows.Length; i++)
        {
            requests[i] = Request(windows[i]);
        }

        return _decoder.Decode(requests, call);
    }

    /// <summary>What is asked of the model for a window.</summary>
    public WindowRequest Request(WindowToDecode start)
    {
        var prompt = ImmutableArray.CreateBuilder<int>();
        if (!start.PreviousText.IsDefaultOrEmpty)
        {
            prompt.Add(_tokens.StartOfPrevious);
            prompt.AddRange(start.PreviousText.AsSpan()[Math.Max(0, start.PreviousText.Length - _model.Shape.LongestPrompt)..]);
        }

        int startOfTranscript = prompt.Count;
        prompt.AddRange(_startSequence);

        // Prefix and text share half of the target where the text is told to leave room. Where it is not, the text gets what the prefix leaves.
        int room = _model.Shape.LongestText - LongestText;
        int most = Math.Min(room > 0 ? room : int.MaxValue, _model.Shape.MaximumTargetLength - prompt.Count);
        prompt.AddRange(_prefix.AsSpan()[Math.Max(0, _prefix.Length - most)..]);
        return new WindowRequest
        {
            Window = start.Window,
            Prompt = prompt.ToImmutable(),
            StartOfTranscript = startOfTranscript,
            // A window has been encoded by now, and meanwhile the tokenizer's merges have been read.
            Rules = _rules ??= Rules(_tokens, _options, _model.Shape),
            MaximumTokens = Math.Min(LongestText, _model.Shape.MaximumTargetLength + 1 - prompt.Count),
            RandomKey = _decoder.RandomKey(start.FirstFrame),
        };
    }

    /// <summary>Whether there is no speech in a window, whatever was written for it.</summary>
    public bool IsSilent(WindowText text) => _decoder.IsSilent(text);

    private static RuleList Rules(WhisperTokens tokens, TranscriptionOptions options, WindowShape shape)
    {
        var rules = ImmutableArray.CreateBuilder<ITokenRule>();
        if (options.SuppressBlank)
        {
            rules.Add(new SuppressBlank(tokens.BlankTokens));
        }

        ImmutableArray<int> suppressed =
        [
            .. options.SuppressedTokens.IsDefault ? [] : options.SuppressedTokens,
            .. options.SuppressNonSpeech ? tokens.NonSpeech : [],
            .. options.SuppressSpecial ? tokens.Special : [],
        ];
        if (!suppressed.IsEmpty)
        {
            rules.Add(new SuppressTokens([.. suppressed.Distinct().Order()]));
        }

        if (options.Timestamps)
        {
            int? longestSilence = options.MaximumInitialTimestamp is { } time ? (int)Math.Round(time.TotalSeconds / shape.SecondsPerPosition) : null;
            rules.Add(new TimestampRules(tokens, longestSilence));
        }

        return new RuleList(rules.ToImmutable());
    }
}
