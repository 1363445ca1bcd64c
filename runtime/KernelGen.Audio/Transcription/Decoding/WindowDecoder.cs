using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Turns encoded windows into text: what stands before it, what may come, and what is done again at another temperature.</summary>
internal sealed class WindowDecoder
{
    private readonly IWindowModel _model;
    private readonly WhisperTokens _tokens;
    private readonly TranscriptionOptions _options;
    private readonly ulong _seed;
    private readonly ImmutableArray<int> _startSequence;
    private readonly ImmutableArray<int> _prefix;
    private readonly RuleList _rules;

    /// <param name="model">The model.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="options">The options, checked.</param>
    /// <param name="language">The code of the language.</param>
    public WindowDecoder(IWindowModel model, WhisperTokens tokens, TranscriptionOptions options, string language)
    {
        _model = model;
        _tokens = tokens;
        _options = options;
        _seed = (ulong)(options.Seed ?? Random.Shared.NextInt64());
        _startSequence = tokens.StartSequence(language, options.Task);
        if (!options.Timestamps)
        {
            _startSequence = _startSequence.Add(tokens.NoTimestamps);
        }

        _prefix = string.IsNullOrWhiteSpace(options.Prefix) ? [] : [.. tokens.Encode(options.Prefix, nameof(options.Prefix))];
        _rules = Rules(tokens, options, model.Shape);
    }

    private int LongestText => _options.MaximumTokensPerWindow ?? _model.Shape.LongestText;

    /// <summary>Decodes windows together, and again those whose text is not good enough.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="call">How to work.</param>
    /// <returns>The text of each, in their order.</returns>
    public WindowText[] Decode(ReadOnlySpan<WindowToDecode> windows, ModelCall call)
    {
        var texts = new WindowText[windows.Length];
        int[] open = [.. Enumerable.Range(0, windows.Length)];
        foreach (double temperature in _options.Temperatures)
        {
            var requests = new WindowRequest[open.Length];
            for (int i = 0; i < open.Length; i++)
            {
                requests[i] = Request(windows[open[i]]);
            }

            DecodedWindow[] decoded = _model.Decode(requests, Search(temperature), call);
            for (int i = 0; i < open.Length; i++)
            {
                texts[open[i]] = Text(decoded[i], temperature);
            }

            open = [.. open.Where(window => NeedsAnotherTemperature(texts[window]))];
            if (open.Length == 0)
            {
                break;
            }
        }

        return texts;
    }

    /// <summary>Whether there is no speech in a window, whatever was written for it.</summary>
    public bool IsSilent(WindowText text) =>
        text.NoSpeechProbability > _options.NoSpeechThreshold && !(text.AverageLogProbability > _options.LogProbabilityThreshold);

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

    private WindowRequest Request(WindowToDecode start)
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
            Rules = _rules,
            MaximumTokens = Math.Min(LongestText, _model.Shape.MaximumTargetLength + 1 - prompt.Count),
            RandomKey = Mix(_seed + Mix((ulong)start.FirstFrame)),
        };
    }

    private DecodingSearch Search(double temperature) => new()
    {
        EndToken = _tokens.End,
        NoSpeechToken = _tokens.NoSpeech,
        Temperature = temperature,
        BeamSize = temperature > 0 ? 1 : _options.BeamSize,
        SampleCount = temperature > 0 ? _options.BestOf : 1,
        Patience = _options.Patience,
        LengthPenalty = _options.LengthPenalty,
    };

    private WindowText Text(DecodedWindow decoded, double temperature)
    {
        string text = _tokens.Decode(decoded.Tokens.AsSpan()).Trim();
        return new WindowText(
            decoded.Tokens,
            text,
            temperature,
            decoded.LogProbability / (decoded.Tokens.Length + 1),
            decoded.NoSpeechProbability,
            CompressionRatio.Of(text));
    }

    private bool NeedsAnotherTemperature(WindowText text)
    {
        bool isUnsure = text.AverageLogProbability < _options.LogProbabilityThreshold;
        bool isSilent = isUnsure && text.NoSpeechProbability > _options.NoSpeechThreshold;
        return !isSilent && (isUnsure || text.CompressionRatio > _options.CompressionRatioThreshold);
    }

    /// <summary>Spreads the bits of a number (SplitMix64, Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
