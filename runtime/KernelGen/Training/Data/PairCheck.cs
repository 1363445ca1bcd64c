using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>Checks the pairs that callers give, once: what is behind it works with pointers.</summary>
/// <param name="model">The model.</param>
/// <param name="whereInvalid">What is done with a pair that the model cannot be trained with.</param>
internal sealed class PairCheck(ModelDescription model, InvalidPair whereInvalid)
{
    /// <summary>What makes rows of frames; <see langword="null"/> where sources are tokens.</summary>
    private readonly FrontEnd? _frontEnd = model.IsSpeech ? FrontEnd.Of(model) : null;

    /// <summary>The token that ends a target.</summary>
    public int EndToken => model.EndToken;

    /// <summary>The token that begins what the decoder reads.</summary>
    public int StartToken => model.StartToken;

    /// <summary>Whether a pair is used; one that cannot be is left out, or refused.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="number">Its number among all, from 0.</param>
    /// <exception cref="ArgumentException">The pair cannot be used, and the options say that it is refused.</exception>
    public bool Accepts(TrainingPair pair, long number)
    {
        if (Problem(pair) is not { } problem)
        {
            return true;
        }

        return whereInvalid == InvalidPair.LeaveOut
            ? false
            : throw new ArgumentException(
                $"Pair {number} {problem} Mend it, or leave such pairs out with {nameof(TrainingOptions)}.{nameof(TrainingOptions.OnInvalidPair)} = {nameof(InvalidPair)}.{nameof(InvalidPair.LeaveOut)}.",
                "pairs");
    }

    /// <summary>The rows that the encoder's layers read of a pair that is used: its tokens, or the positions that are made of its frames.</summary>
    public int SourceLength(TrainingPair pair) => _frontEnd?.PositionsOf(pair.Frames.Length / model.SourceChannels) ?? pair.Tokens.Length;

    /// <summary>Refuses pairs whose sources are of the other kind.</summary>
    /// <param name="areSpeech">Whether the sources are audio.</param>
    /// <exception cref="ArgumentException">They are of the other kind.</exception>
    public void RequireKind(bool areSpeech)
    {
        if (areSpeech != model.IsSpeech)
        {
            throw new ArgumentException(
                model.IsSpeech
                    ? $"The source of '{model.Name}' is audio: give pairs of frames and tokens, {nameof(SpeechPair)}."
                    : $"The source of '{model.Name}' is tokens: give pairs of tokens, {nameof(TokenPair)}.",
                "pairs");
        }
    }

    private string? Problem(TrainingPair pair)
    {
        ReadOnlySpan<int> target = pair.Target.Span;
        if ((_frontEnd is null ? ProblemOfTokens(pair.Tokens.Span) : ProblemOfFrames(pair.Frames.Span)) is { } problem)
        {
            return problem;
        }

        if (target.IsEmpty)
        {
            return "has an empty target; it needs at least one token, and be it the end token.";
        }

        int length = target.Length + (target[^1] == model.EndToken ? 0 : 1);
        if (length > model.MaxTargetLength)
        {
            return $"has a target of {length} tokens, the end token among them; this model takes at most {model.MaxTargetLength} ({nameof(model.MaxTargetLength)} of its declaration).";
        }

        return Foreign(target, model.TargetVocabularySize, "target");
    }

    private string? ProblemOfTokens(ReadOnlySpan<int> source)
    {
        if (source.IsEmpty)
        {
            return "has an empty source; it needs at least one token.";
        }

        return source.Length > model.MaxSourceLength
            ? $"has a source of {source.Length} tokens; this model takes at most {model.MaxSourceLength} ({nameof(model.MaxSourceLength)} of its declaration)."
            : Foreign(source, model.SourceVocabularySize, "source");
    }

    private string? ProblemOfFrames(ReadOnlySpan<float> frames)
    {
        int channels = model.SourceChannels;
        if (frames.Length % channels != 0)
        {
            return $"has a source of {frames.Length} numbers; frames are rows of {channels} each, and the last one is not whole.";
        }

        int count = frames.Length / channels;
        int most = _frontEnd!.MostFrames(model.MaxSourceLength);
        if (count < _frontEnd.FewestFrames || count > most)
        {
            return $"has a source of {count} frames; this model takes from {_frontEnd.FewestFrames} to {most} ({nameof(model.MaxSourceLength)} = {model.MaxSourceLength} of its declaration).";
        }

        for (int i = 0; i < frames.Length; i++)
        {
            if (!float.IsFinite(frames[i]))
            {
                return $"has {(float.IsNaN(frames[i]) ? "NaN" : "infinity")} as number {i % channels} of frame {i / channels} of its source; frames are finite numbers.";
            }
        }

        return null;
    }

    private static string? Foreign(ReadOnlySpan<int> tokens, int vocabulary, string side)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)vocabulary)
            {
                return $"has {tokens[i]} as token {i} of its {side}; the vocabulary goes from 0 to {vocabulary - 1}.";
            }
        }

        return null;
    }
}
