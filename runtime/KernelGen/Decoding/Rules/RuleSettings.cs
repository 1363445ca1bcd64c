using System.Collections.Immutable;
using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>Checks the options that are rules for tokens: see <see cref="LogitRules"/>.</summary>
internal static class RuleSettings
{
    /// <summary>Checks the rules.</summary>
    /// <param name="options">The options.</param>
    /// <param name="model">The declared vocabulary and tokens.</param>
    /// <param name="maxLength">The most tokens, the end token included.</param>
    /// <exception cref="ArgumentException">An option is out of range, or two do not go together.</exception>
    public static void Check(GenerationOptions options, ModelDescription model, int maxLength)
    {
        // What is left for tokens that are not a forced end.
        bool forcesEnd = options.ForceEndToken || !options.ForcedEndTokens.IsDefaultOrEmpty;
        int room = forcesEnd ? maxLength - 1 : maxLength;
        string limit = !forcesEnd ? nameof(GenerationOptions.MaxLength)
            : options.ForceEndToken ? $"{nameof(GenerationOptions.MaxLength)} less the end token that {nameof(GenerationOptions.ForceEndToken)} puts at its end"
            : $"{nameof(GenerationOptions.MaxLength)} less the end token that {nameof(GenerationOptions.ForcedEndTokens)} puts at its end";
        if (options.MinLength < 0 || options.MinLength > room)
        {
            throw SearchSettings.OutOfRange(nameof(GenerationOptions.MinLength), options.MinLength, $"from 0 to {room}, the {limit}");
        }

        CheckPenalty(options.RepetitionPenalty, nameof(GenerationOptions.RepetitionPenalty));
        CheckPenalty(options.EncoderRepetitionPenalty, nameof(GenerationOptions.EncoderRepetitionPenalty));
        CheckPenalty(1 / options.EncoderRepetitionPenalty, $"The inverse of {nameof(GenerationOptions.EncoderRepetitionPenalty)}");
        CheckSize(options.NoRepeatNGramSize, nameof(GenerationOptions.NoRepeatNGramSize));
        CheckSize(options.EncoderNoRepeatNGramSize, nameof(GenerationOptions.EncoderNoRepeatNGramSize));
        if (model.SourceVocabularySize != model.TargetVocabularySize && (options.EncoderRepetitionPenalty != 1 || options.EncoderNoRepeatNGramSize > 0))
        {
            string option = options.EncoderNoRepeatNGramSize > 0 ? nameof(GenerationOptions.EncoderNoRepeatNGramSize) : nameof(GenerationOptions.EncoderRepetitionPenalty);
            throw new ArgumentException(
                $"{option} compares tokens of the source with tokens of the target, which here are of two vocabularies ({model.SourceVocabularySize} and "
                + $"{model.TargetVocabularySize} tokens); leave it out.",
                nameof(options));
        }

        if (options.ExponentialLengthPenalty is { } lengthPenalty && (lengthPenalty.Start < 0 || !(lengthPenalty.Factor > 0) || !double.IsFinite(lengthPenalty.Factor)))
        {
            throw SearchSettings.OutOfRange(
                nameof(GenerationOptions.ExponentialLengthPenalty), lengthPenalty, "from a Start of 0 upwards, with a Factor that is above 0 and finite; a Factor of 1 changes nothing");
        }

        CheckEndTokens(options, model);
        CheckTokens(options.SuppressedTokens, nameof(GenerationOptions.SuppressedTokens), null, model);
        for (int i = 0; !options.SuppressedSequences.IsDefault && i < options.SuppressedSequences.Length; i++)
        {
            if (options.SuppressedSequences[i].IsDefaultOrEmpty)
            {
                throw new ArgumentException($"{nameof(GenerationOptions.SuppressedSequences)}[{i}] is empty; a sequence has at least one token.", nameof(options));
            }

            CheckTokens(options.SuppressedSequences[i], nameof(GenerationOptions.SuppressedSequences), i, model);
        }

        CheckTokens(options.BeginSuppressedTokens, nameof(GenerationOptions.BeginSuppressedTokens), null, model);
        CheckTokens(options.ForcedPrefix, nameof(GenerationOptions.ForcedPrefix), null, model);
        int declaredEnd = model.EndToken;
        ReadOnlySpan<int> ends = options.EndTokens.IsDefaultOrEmpty ? new ReadOnlySpan<int>(in declaredEnd) : options.EndTokens.AsSpan();
        if (options.ForcedPrefix.AsSpan().IndexOfAny(ends) is var end and >= 0)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.ForcedPrefix)}[{end}] is the end token {options.ForcedPrefix[end]}, after which nothing is generated; leave it out.", nameof(options));
        }

        if (options.ForcedPrefix.AsSpan().Length > room)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.ForcedPrefix)} has {options.ForcedPrefix.Length} tokens; it has at most {room}, the {limit}.", nameof(options));
        }
    }

    private static void CheckEndTokens(GenerationOptions options, ModelDescription model)
    {
        CheckTokens(options.EndTokens, nameof(GenerationOptions.EndTokens), null, model);
        if (options.EndTokens.AsSpan().Length > BeamSearch.MaxEndTokens)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.EndTokens)} has {options.EndTokens.Length} tokens; it has at most {BeamSearch.MaxEndTokens}.", nameof(options));
        }

        int candidates = (1 + Math.Max(options.EndTokens.AsSpan().Length, 1)) * (options.BeamSize / options.BeamGroups);
        if (options.Definition == SearchDefinition.HuggingFace && options.StopWhen is not null && candidates > TopK.MaxCount)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.StopWhen)} would have to look at {candidates} continuations in each step, (1 + end tokens) times the beam; it looks at most at "
                + $"{TopK.MaxCount}. Take fewer {nameof(GenerationOptions.EndTokens)}, or a narrower beam.",
                nameof(options));
        }

        CheckTokens(options.ForcedEndTokens, nameof(GenerationOptions.ForcedEndTokens), null, model);
        if (options.ForceEndToken && !options.ForcedEndTokens.IsDefaultOrEmpty)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.ForceEndToken)} and {nameof(GenerationOptions.ForcedEndTokens)} both say what the last token is; set one of them.", nameof(options));
        }

        if (options.Definition != SearchDefinition.HuggingFace && options.ForcedEndTokens.AsSpan().Length > 1)
        {
            throw new ArgumentException(
                $"{nameof(GenerationOptions.ForcedEndTokens)} has {options.ForcedEndTokens.Length} tokens; more than one go with a {nameof(GenerationOptions.Definition)} of "
                + $"{SearchDefinition.HuggingFace} alone.",
                nameof(options));
        }
    }

    private static void CheckPenalty(double value, string option)
    {
        float penalty = (float)value;
        if (!(penalty > 0) || float.IsInfinity(penalty))
        {
            throw SearchSettings.OutOfRange(option, value, "from above 0 upwards and is finite; 1 changes nothing");
        }
    }

    private static void CheckSize(int size, string option)
    {
        if (size < 0)
        {
            throw SearchSettings.OutOfRange(option, size, "from 0 (nothing is forbidden) upwards");
        }
    }

    /// <summary>Checks that tokens are in the target vocabulary.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="option">The option that names them.</param>
    /// <param name="sequence">Which of its sequences they are, where it has several.</param>
    /// <param name="model">The declared vocabulary.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is not.</exception>
    public static void CheckTokens(ImmutableArray<int> tokens, string option, int? sequence, ModelDescription model)
    {
        for (int i = 0; i < tokens.AsSpan().Length; i++)
        {
            if ((uint)tokens[i] >= (uint)model.TargetVocabularySize)
            {
                throw SearchSettings.OutOfRange(
                    sequence is null ? $"{option}[{i}]" : $"{option}[{sequence}][{i}]", tokens[i], $"from 0 to {model.TargetVocabularySize - 1}, the target vocabulary");
            }
        }
    }
}
