using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>What was generated for one source.</summary>
public sealed class GenerationResult
{
    internal GenerationResult(ImmutableArray<Hypothesis> hypotheses) => Hypotheses = hypotheses;

    /// <summary>The hypotheses, the best first: one from greedy search, <see cref="GenerationOptions.HypothesisCount"/> from beam search.</summary>
    public ImmutableArray<Hypothesis> Hypotheses { get; }
}

/// <summary>One generated target.</summary>
public sealed class Hypothesis
{
    internal Hypothesis(int[] tokens, float? score, FinishReason finishReason)
    {
        Tokens = ImmutableCollectionsMarshal.AsImmutableArray(tokens);
        Score = score;
        FinishReason = finishReason;
    }

    /// <summary>The tokens, without the start and the end token.</summary>
    public ImmutableArray<int> Tokens { get; }

    /// <summary>
    /// The sum of the tokens' log-probabilities divided by <c>tokens^LengthPenalty</c> (<see cref="GenerationOptions.LengthPenalty"/>; by default their
    /// number), the end token counted. Beam search always gives it; greedy search gives <see langword="null"/> unless
    /// <see cref="GenerationOptions.ReturnScores"/> asked for it. Probabilities are over the tokens that may be generated: suppressed ones have none,
    /// while <see cref="EncoderDecoder.Score"/> counts the whole vocabulary.
    /// </summary>
    public float? Score { get; }

    /// <summary>Why generation stopped.</summary>
    public FinishReason FinishReason { get; }
}

/// <summary>Why generation stopped.</summary>
public enum FinishReason
{
    /// <summary>The model chose the end token.</summary>
    EndToken,

    /// <summary>The maximum length was reached.</summary>
    Length,
}
