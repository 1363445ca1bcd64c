using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>The options of one call, checked, with every default filled in.</summary>
internal readonly record struct SearchSettings(int MaxLength, int BeamSize, int HypothesisCount, double LengthPenalty, bool ReturnScores, int Threads)
{
    private const int MaxThreads = 64;

    /// <summary>Checks the options.</summary>
    /// <param name="options">The options, or <see langword="null"/> for the defaults.</param>
    /// <param name="maxTargetLength">The declared maximum target length.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static SearchSettings Of(GenerationOptions? options, int maxTargetLength)
    {
        options ??= GenerationOptions.Default;
        int maxLength = options.MaxLength ?? maxTargetLength;
        if (maxLength < 1 || maxLength > maxTargetLength)
        {
            throw OutOfRange(
                nameof(GenerationOptions.MaxLength),
                maxLength,
                $"from 1 to {maxTargetLength}, the declared {nameof(EncoderDecoder.MaxTargetLength)}");
        }

        if (options.BeamSize is < 1 or > BeamSearch.MaxSize)
        {
            throw OutOfRange(nameof(GenerationOptions.BeamSize), options.BeamSize, $"from 1 (greedy search) to {BeamSearch.MaxSize}");
        }

        if (options.HypothesisCount < 1 || options.HypothesisCount > options.BeamSize)
        {
            throw OutOfRange(
                nameof(GenerationOptions.HypothesisCount),
                options.HypothesisCount,
                $"from 1 to {options.BeamSize}, the {nameof(GenerationOptions.BeamSize)}: a search finds no more hypotheses than its beam is wide");
        }

        if (!(options.LengthPenalty >= 0) || double.IsInfinity(options.LengthPenalty))
        {
            throw OutOfRange(
                nameof(GenerationOptions.LengthPenalty),
                options.LengthPenalty,
                "from 0 (a score is the plain sum) upwards and is finite; 1 divides by the number of tokens");
        }

        if (options.Threads is < 1 or > MaxThreads)
        {
            throw OutOfRange(nameof(GenerationOptions.Threads), options.Threads, $"from 1 to {MaxThreads}");
        }

        return new SearchSettings(maxLength, options.BeamSize, options.HypothesisCount, options.LengthPenalty, options.ReturnScores, options.Threads);
    }

    /// <summary>What the sum of log-probabilities is divided by: <c>tokens^LengthPenalty</c>, with the same bits on every platform.</summary>
    /// <param name="tokens">The number of generated tokens, the end token included.</param>
    public double Normalizer(int tokens) => LengthPenalty == 1 ? tokens : DeterministicMath.Exp(LengthPenalty * DeterministicMath.Log(tokens));

    private static ArgumentOutOfRangeException OutOfRange(string option, object value, string range) =>
        new("options", value, FormattableString.Invariant($"{option} is {value}; it goes {range}."));
}
