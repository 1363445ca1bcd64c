using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace KernelGen.Decoding;

/// <summary>Turns the keys of a generation configuration into options. Nothing in it is trusted.</summary>
internal sealed class GenerationConfigurationReader
{
    /// <summary>What Transformers generate at most where neither length is given.</summary>
    private const int DefaultMaxNewTokens = 20;

    /// <summary>How many tokens Transformers draw from where nothing is said.</summary>
    private const int DefaultTopK = 50;

    private readonly string _source;
    private readonly GenerationValues _values;
    private readonly List<UnsupportedGenerationKey> _unsupported = [];

    private GenerationConfigurationReader(string source, JsonElement root)
    {
        _source = source;
        _values = new GenerationValues(source, root);
    }

    /// <summary>Reads JSON.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="source">What it is called in messages.</param>
    public static GenerationConfiguration Read(ReadOnlySpan<byte> json, string source)
    {
        try
        {
            if (!Utf8.IsValid(json))
            {
                throw new InvalidDataException($"{source} is no text in UTF-8; expected JSON, one object of generation options.");
            }

            using var document = JsonDocument.Parse(json.ToArray());
            return new GenerationConfigurationReader(source, document.RootElement).Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader throws the second where an escaped name is no valid text. What it says may quote what follows, so that only the place is told.
            string place = exception is JsonException { LineNumber: { } line } malformed ? $", from line {line + 1}, byte {malformed.BytePositionInLine + 1} on" : string.Empty;
            throw new InvalidDataException($"{source} is no valid JSON{place}; expected one object of generation options.", exception);
        }
    }

    private GenerationConfiguration Read()
    {
        int? begin = _values.Token("bos_token_id");
        int? start = _values.Token("decoder_start_token_id") ?? begin;
        GenerationOptions options = WithForcedTokens(WithRules(WithLengths(WithSearch(new GenerationOptions { Definition = SearchDefinition.HuggingFace }))));
        foreach (string key in _values.Rest())
        {
            if (GenerationKeys.IsWithoutEffect(key) || (options.Sampling is null && GenerationKeys.IsForSampling(key)))
            {
                continue;
            }

            if (GenerationKeys.ReasonAgainst(key) is { } reason)
            {
                if (!_values.IsNeutral(key))
                {
                    Refuse(key, reason);
                }
            }
            else if (!_values.IsModelConfiguration)
            {
                Refuse(key, "not known here");
            }
        }

        return new GenerationConfiguration(_source, options, start, [.. _unsupported.OrderBy(unsupported => _values.Place(unsupported.Key))]);
    }

    private GenerationOptions WithSearch(GenerationOptions options)
    {
        int beams = _values.Integer("num_beams", 1) ?? 1;
        int sequences = _values.Integer("num_return_sequences", 1) ?? 1;
        int groups = _values.Integer("num_beam_groups", 1) ?? 1;
        double diversity = _values.Number("diversity_penalty", 0, isAbove: false) ?? 0;
        bool draws = _values.Flag("do_sample") ?? false;
        options = options with
        {
            LengthPenalty = _values.Number("length_penalty") ?? 1,
            EarlyStopping = _values.EarlyStopping("early_stopping"),
            RenormalizeLogits = _values.Flag("renormalize_logits") ?? false,
        };
        if (beams > 1 && draws)
        {
            Refuse("do_sample", "beam search draws no tokens here");
            draws = false;
        }

        if (sequences > beams && !draws)
        {
            throw _values.Wrong("num_return_sequences", $"at most num_beams, which is {beams}, unless do_sample is true");
        }

        if (beams % groups != 0)
        {
            throw _values.Wrong("num_beam_groups", $"a number that divides num_beams, which is {beams}");
        }

        if (diversity > 0 != groups > 1)
        {
            throw _values.Wrong(groups > 1 ? "num_beam_groups" : "diversity_penalty", "num_beam_groups above 1 and a diversity_penalty above 0 together, or neither");
        }

        if (beams > BeamSearch.MaxSize)
        {
            Refuse("num_beams", $"at most {BeamSearch.MaxSize} here");
            return options;
        }

        if (draws && sequences > BatchSearch.MaxRows)
        {
            Refuse("num_return_sequences", $"at most {BatchSearch.MaxRows} samples here");
            sequences = 1;
        }

        return options with
        {
            BeamSize = beams,
            HypothesisCount = sequences,
            BeamGroups = groups,
            DiversityPenalty = diversity,
            Sampling = draws ? Sampling() : null,
        };
    }

    private SamplingOptions Sampling() => new()
    {
        Temperature = _values.Number("temperature", SearchSettings.LowestTemperature, SearchSettings.HighestTemperature) ?? 1,
        TopK = _values.Integer("top_k", 0) ?? DefaultTopK,
        TopP = _values.Number("top_p", double.Epsilon, 1) ?? 1,
        MinP = _values.Number("min_p", 0, 1) ?? 0,
    };

    private GenerationOptions WithLengths(GenerationOptions options)
    {
        // Lengths of Transformers that are not called new count the start token.
        int? maxLength = _values.Integer("max_length", 2), minLength = _values.Integer("min_length", 0);
        int? maxNew = _values.Integer("max_new_tokens", 1), minNew = _values.Integer("min_new_tokens", 0);
        return options with
        {
            MaxLength = maxNew ?? maxLength - 1 ?? DefaultMaxNewTokens,
            MinLength = minNew ?? Math.Max((minLength ?? 0) - 1, 0),
        };
    }

    private GenerationOptions WithRules(GenerationOptions options) => options with
    {
        RepetitionPenalty = _values.Number("repetition_penalty", 0, isAbove: true) ?? 1,
        EncoderRepetitionPenalty = _values.Number("encoder_repetition_penalty", 0, isAbove: true) ?? 1,
        NoRepeatNGramSize = _values.Integer("no_repeat_ngram_size", 0) ?? 0,
        EncoderNoRepeatNGramSize = _values.Integer("encoder_no_repeat_ngram_size", 0) ?? 0,
        ExponentialLengthPenalty = _values.LengthPenalty("exponential_decay_length_penalty"),
        SuppressedTokens = _values.Tokens("suppress_tokens"),
        BeginSuppressedTokens = _values.Tokens("begin_suppress_tokens"),
        SuppressedSequences = _values.Sequences("bad_words_ids"),
    };

    private GenerationOptions WithForcedTokens(GenerationOptions options)
    {
        ImmutableArray<int> ends = _values.OneOrMoreTokens("eos_token_id");
        ImmutableArray<int> forcedEnds = _values.OneOrMoreTokens("forced_eos_token_id");
        if (ends.Length > BeamSearch.MaxEndTokens)
        {
            Refuse("eos_token_id", $"at most {BeamSearch.MaxEndTokens} end tokens here");
            ends = [];
        }

        bool isEnd = forcedEnds.Length == 1 && ends.Length == 1 && forcedEnds[0] == ends[0];
        return options with
        {
            EndTokens = ends,
            ForceEndToken = isEnd,
            ForcedEndTokens = isEnd ? [] : forcedEnds,
            ForcedPrefix = _values.Token("forced_bos_token_id") is { } first ? [first] : [],
        };
    }

    private void Refuse(string key, string reason) => _unsupported.Add(new UnsupportedGenerationKey(key, reason));
}
