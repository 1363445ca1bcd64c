using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>Checks the pairs that callers give, once: what is behind it works with pointers.</summary>
/// <param name="model">The model.</param>
/// <param name="whereInvalid">What is done with a pair that the model cannot be trained with.</param>
internal sealed class PairCheck(ModelDescription model, InvalidPair whereInvalid)
{
    /// <summary>The token that ends a target.</summary>
    public int EndToken => model.EndToken;

    /// <summary>The token that begins what the decoder reads.</summary>
    public int StartToken => model.StartToken;

    /// <summary>Whether a pair is used; one that cannot be is left out, or refused.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="number">Its number among all, from 0.</param>
    /// <exception cref="ArgumentException">The pair cannot be used, and the options say that it is refused.</exception>
    public bool Accepts(TokenPair pair, long number)
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

    private string? Problem(TokenPair pair)
    {
        ReadOnlySpan<int> source = pair.Source.Span;
        ReadOnlySpan<int> target = pair.Target.Span;
        if (source.IsEmpty)
        {
            return "has an empty source; it needs at least one token.";
        }

        if (target.IsEmpty)
        {
            return "has an empty target; it needs at least one token, and be it the end token.";
        }

        if (source.Length > model.MaxSourceLength)
        {
            return $"has a source of {source.Length} tokens; this model takes at most {model.MaxSourceLength} ({nameof(model.MaxSourceLength)} of its declaration).";
        }

        int length = target.Length + (target[^1] == model.EndToken ? 0 : 1);
        if (length > model.MaxTargetLength)
        {
            return $"has a target of {length} tokens, the end token among them; this model takes at most {model.MaxTargetLength} ({nameof(model.MaxTargetLength)} of its declaration).";
        }

        return Foreign(source, model.SourceVocabularySize, "source") ?? Foreign(target, model.TargetVocabularySize, "target");
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
