using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>The options of one call, checked, with every default filled in.</summary>
/// <param name="StartToken">The token that stands before the target: the declared one, or the last of the prompt.</param>
/// <param name="MaxLength">The most tokens, the end token included.</param>
/// <param name="BeamSize">The number of live hypotheses.</param>
/// <param name="HypothesisCount">How many hypotheses, or samples, are returned.</param>
/// <param name="LengthPenalty">The exponent of <see cref="Normalizer"/>.</param>
/// <param name="ReturnScores">Whether greedy search and sampling compute scores.</param>
/// <param name="Threads">How many threads share the work.</param>
/// <param name="Options">The options: those that need no default are read where they are used.</param>
/// <param name="Seed">What samples follow from.</param>
internal readonly record struct SearchSettings(
    int StartToken, int MaxLength, int BeamSize, int HypothesisCount, double LengthPenalty, bool ReturnScores, int Threads, GenerationOptions Options, long Seed)
{
    /// <summary>The lowest <see cref="SamplingOptions.Temperature"/>.</summary>
    public const double LowestTemperature = 0.001;

    /// <summary>The highest <see cref="SamplingOptions.Temperature"/>.</summary>
    public const double HighestTemperature = 1000;

    /// <summary>The most <see cref="GenerationOptions.Threads"/>, and threads that share the encoding of speech.</summary>
    public const int MaxThreads = 64;

    /// <summary>What stands before <see cref="StartToken"/>, and is decoded before a search begins.</summary>
    public ReadOnlySpan<int> TokensBefore => Options.Prompt.IsDefaultOrEmpty ? [] : Options.Prompt.AsSpan()[..^1];

    /// <summary>How many positions of a target are cached at most.</summary>
    public int MaxPositions => TokensBefore.Length + MaxLength;

    /// <summary>How many hypotheses of each source are followed at once.</summary>
    public int HypothesesPerSource => Options.Sampling is null ? BeamSize : HypothesisCount;

    /// <summary>Whether the log-probability of each token is asked for, alone or as a part of a score.</summary>
    public bool NeedsLogProbabilities => ReturnScores || Options.ReturnTokenLogProbabilities;

    /// <summary>Checks the options.</summary>
    /// <param name="options">The options, or <see langword="null"/> for the defaults.</param>
    /// <param name="model">The declared limits.</param>
    /// <exception cref="ArgumentException">An option is out of range, or two do not go together.</exception>
    public static SearchSettings Of(GenerationOptions? options, ModelDescription model)
    {
        options ??= GenerationOptions.Default;
        int maxTargetLength = model.MaxTargetLength - CheckPrompt(options, model);
        bool isHuggingFace = options.Definition == SearchDefinition.HuggingFace;
        int maxLength = options.MaxLength ?? maxTargetLength;
        if (isHuggingFace)
        {
            maxLength = Math.Min(maxLength, maxTargetLength);
        }

        if (maxLength < 1 || maxLength > maxTargetLength)
        {
            throw OutOfRange(
                nameof(GenerationOptions.MaxLength),
                maxLength,
                maxTargetLength == model.MaxTargetLength
                    ? $"from 1 to {maxTargetLength}, the declared {nameof(EncoderDecoder.MaxTargetLength)}"
                    : $"from 1 to {maxTargetLength}, the declared {nameof(EncoderDecoder.MaxTargetLength)} less what stands before the target");
        }

        if (options.BeamSize is < 1 or > BeamSearch.MaxSize)
        {
            throw OutOfRange(nameof(GenerationOptions.BeamSize), options.BeamSize, $"from 1 (greedy search) to {BeamSearch.MaxSize}");
        }

        CheckSampling(options);
        int maxCount = options.Sampling is null ? options.BeamSize : BatchSearch.MaxRows;
        if (options.HypothesisCount < 1 || options.HypothesisCount > maxCount)
        {
            throw OutOfRange(
                nameof(GenerationOptions.HypothesisCount),
                options.HypothesisCount,
                options.Sampling is null
                    ? $"from 1 to {maxCount}, the {nameof(GenerationOptions.BeamSize)}: a search finds no more hypotheses than its beam is wide"
                    : $"from 1 to {maxCount} samples; for more, call again with another {nameof(SamplingOptions.Seed)}");
        }

        if (!double.IsFinite(options.LengthPenalty) || (options.LengthPenalty < 0 && !isHuggingFace))
        {
            throw OutOfRange(
                nameof(GenerationOptions.LengthPenalty),
                options.LengthPenalty,
                isHuggingFace
                    ? "over all finite numbers; 1 divides by the number of tokens"
                    : "from 0 (a score is the plain sum) upwards and is finite; 1 divides by the number of tokens");
        }

        CheckDefinition(options);

        if (options.Threads is < 1 or > MaxThreads)
        {
            throw OutOfRange(nameof(GenerationOptions.Threads), options.Threads, $"from 1 to {MaxThreads}");
        }

        CheckVocabularyMap(options.VocabularyMap, model);
        RuleSettings.Check(options, model, maxLength);
        return new SearchSettings(
            options.Prompt.IsDefaultOrEmpty ? model.StartToken : options.Prompt[^1],
            maxLength,
            options.BeamSize,
            options.HypothesisCount,
            options.LengthPenalty,
            options.ReturnScores,
            options.Threads,
            options,
            options.Sampling is null ? 0 : options.Sampling.Seed ?? Random.Shared.NextInt64(long.MinValue, long.MaxValue));
    }

    /// <summary>Whether targets may be searched together: prompts, lengths and seeds may differ, and nothing else.</summary>
    public bool IsLike(in SearchSettings other) => Common(Options) == Common(other.Options);

    /// <summary>What the sum of log-probabilities is divided by: <c>tokens^LengthPenalty</c>, with the same bits on every platform.</summary>
    /// <param name="tokens">The number of generated tokens, the end token included. None counts as one.</param>
    public double Normalizer(int tokens) =>
        LengthPenalty == 1 ? Math.Max(tokens, 1) : DeterministicMath.Exp(LengthPenalty * DeterministicMath.Log(Math.Max(tokens, 1)));

    private static GenerationOptions Common(GenerationOptions options) =>
        options with { Prompt = [], MaxLength = null, Sampling = options.Sampling is null ? null : options.Sampling with { Seed = null } };

    /// <summary>Checks that a vocabulary map is for such a model.</summary>
    private static void CheckVocabularyMap(VocabularyMap? map, ModelDescription model)
    {
        if (map is null)
        {
            return;
        }

        if (model.IsSpeech)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.VocabularyMap)} says which target tokens may come for tokens of a source; sources of this model are audio. Leave it out.", "options");
        }

        if (map.LargestTarget >= model.TargetVocabularySize)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.VocabularyMap)} names the target token {map.LargestTarget}; the target vocabulary goes from 0 to {model.TargetVocabularySize - 1}. "
                + "Was the map made for another model?",
                "options");
        }
    }

    /// <summary>Checks the prompt.</summary>
    /// <returns>How many positions it takes more than the start token alone.</returns>
    private static int CheckPrompt(GenerationOptions options, ModelDescription model)
    {
        if (options.Prompt.IsDefaultOrEmpty)
        {
            return 0;
        }

        RuleSettings.CheckTokens(options.Prompt, nameof(GenerationOptions.Prompt), null, model);
        if (options.Prompt.Length > model.MaxTargetLength)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.Prompt)} has {options.Prompt.Length} tokens; it has at most {model.MaxTargetLength}, the declared {nameof(TransformerModel.MaxTargetLength)}.",
                nameof(options));
        }

        return options.Prompt.Length - 1;
    }

    private static void CheckSampling(GenerationOptions options)
    {
        if (options.Sampling is not { } sampling)
        {
            return;
        }

        if (options.BeamSize > 1)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.Sampling)} goes with a {nameof(GenerationOptions.BeamSize)} of 1, which is {options.BeamSize}: beam search looks for the most probable "
                + $"hypotheses, and sampling draws. For several samples of a source set {nameof(GenerationOptions.HypothesisCount)}.",
                nameof(options));
        }

        if (!(sampling.Temperature is >= LowestTemperature and <= HighestTemperature))
        {
            throw OutOfRange(
                nameof(SamplingOptions.Temperature),
                sampling.Temperature,
                FormattableString.Invariant(
                    $"from {LowestTemperature} to {HighestTemperature}; for the most probable token each time leave {nameof(GenerationOptions.Sampling)} out"));
        }

        if (sampling.TopK < 0)
        {
            throw OutOfRange(nameof(SamplingOptions.TopK), sampling.TopK, "from 0 (every token is kept) upwards");
        }

        if (!(sampling.TopP is > 0 and <= 1))
        {
            throw OutOfRange(nameof(SamplingOptions.TopP), sampling.TopP, "from above 0 to 1 (every token is kept)");
        }

        if (!(sampling.MinP is >= 0 and <= 1))
        {
            throw OutOfRange(nameof(SamplingOptions.MinP), sampling.MinP, "from 0 (every token is kept) to 1 (only tokens as probable as the most probable one)");
        }
    }

    /// <summary>Checks what one definition of beam search has and the other has not.</summary>
    private static void CheckDefinition(GenerationOptions options)
    {
        if (options.Definition is not (SearchDefinition.KernelGen or SearchDefinition.HuggingFace or SearchDefinition.OpenAI))
        {
            throw OutOfRange(nameof(GenerationOptions.Definition), options.Definition, $"from {SearchDefinition.KernelGen} to {SearchDefinition.OpenAI}");
        }

        if (!(options.Patience > 0) || !float.IsFinite((float)options.Patience) || (options.Patience != 1 && options.Definition != SearchDefinition.OpenAI))
        {
            throw OutOfRange(
                nameof(GenerationOptions.Patience), options.Patience, $"above 0 with a {nameof(GenerationOptions.Definition)} of {SearchDefinition.OpenAI}, and is 1 with another");
        }

        if (options.EarlyStopping is < EarlyStopping.Heuristic or > EarlyStopping.Never)
        {
            throw OutOfRange(nameof(GenerationOptions.EarlyStopping), options.EarlyStopping, $"from {EarlyStopping.Heuristic} to {EarlyStopping.Never}");
        }

        if (options.BeamGroups < 1 || options.BeamSize % options.BeamGroups != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.BeamGroups,
                $"{nameof(GenerationOptions.BeamGroups)} is {options.BeamGroups}; it divides the {nameof(GenerationOptions.BeamSize)}, which is {options.BeamSize}, into groups of equal size.");
        }

        if (!(options.DiversityPenalty >= 0) || !float.IsFinite((float)options.DiversityPenalty) || options.DiversityPenalty > 0 != options.BeamGroups > 1)
        {
            throw OutOfRange(
                nameof(GenerationOptions.DiversityPenalty),
                options.DiversityPenalty,
                $"above 0, in single precision, with several {nameof(GenerationOptions.BeamGroups)}, and is 0 with one");
        }

        if (options.Definition != SearchDefinition.HuggingFace && (options.EarlyStopping != EarlyStopping.Heuristic || options.BeamGroups > 1))
        {
            string option = options.BeamGroups > 1 ? nameof(GenerationOptions.BeamGroups) : nameof(GenerationOptions.EarlyStopping);
            throw new ArgumentException(
                $"{option} belongs to beam search as Hugging Face defines it; set {nameof(GenerationOptions.Definition)} to {SearchDefinition.HuggingFace}, or leave it out.",
                nameof(options));
        }
    }

    /// <summary>An option that is out of range.</summary>
    public static ArgumentOutOfRangeException OutOfRange(string option, object value, string range) =>
        new("options", value, FormattableString.Invariant($"{option} is {value}; it goes {range}."));
}
