using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>What was generated for one source.</summary>
public sealed class GenerationResult
{
    internal GenerationResult(ImmutableArray<Hypothesis> hypotheses) => Hypotheses = hypotheses;

    /// <summary>
    /// The hypotheses, the best first: one from greedy search, <see cref="GenerationOptions.HypothesisCount"/> from beam search; so many from sampling, in the
    /// order drawn.
    /// </summary>
    public ImmutableArray<Hypothesis> Hypotheses { get; }
}

/// <summary>One generated target.</summary>
public sealed class Hypothesis
{
    internal Hypothesis(int[] tokens, float? score, FinishReason finishReason, float[]? tokenLogProbabilities = null)
    {
        Tokens = ImmutableCollectionsMarshal.AsImmutableArray(tokens);
        Score = score;
        FinishReason = finishReason;
        TokenLogProbabilities = tokenLogProbabilities is null ? [] : ImmutableCollectionsMarshal.AsImmutableArray(tokenLogProbabilities);
    }

    /// <summary>The target of a source that holds nothing: no tokens, the score 0, ended at once.</summary>
    public static Hypothesis Empty { get; } = new([], 0, FinishReason.EndToken);

    /// <summary>The tokens, without the start and the end token.</summary>
    public ImmutableArray<int> Tokens { get; }

    /// <summary>
    /// The sum of the tokens' log-probabilities divided by <c>tokens^LengthPenalty</c> (<see cref="GenerationOptions.LengthPenalty"/>; by default their
    /// number), the end token counted; 0 where there is none. Beam search always gives it; greedy search and sampling give <see langword="null"/> unless
    /// <see cref="GenerationOptions.ReturnScores"/> asked for it. For what probabilities these are see <see cref="TokenLogProbabilities"/>.
    /// </summary>
    public float? Score { get; }

    /// <summary>
    /// The natural logarithm of each token's probability, and at the end the end token's where <see cref="FinishReason"/> says that it came; empty unless
    /// <see cref="GenerationOptions.ReturnTokenLogProbabilities"/> asked for it.
    /// </summary>
    /// <remarks>
    /// Probabilities are over the tokens that may be generated: those that are suppressed or forbidden by rules have none, and a repetition penalty has been
    /// applied. They are the same for samples: temperature, top-k, top-p and min-p do not change them. A forced token has the probability that
    /// <see cref="EncoderDecoder.Score"/> gives it, over the whole vocabulary.
    /// </remarks>
    public ImmutableArray<float> TokenLogProbabilities { get; }

    /// <summary>Why generation stopped.</summary>
    public FinishReason FinishReason { get; }

    /// <summary>
    /// Where the decoder looked when it predicted each token: the alignment of target and source. <see langword="null"/> unless
    /// <see cref="GenerationOptions.ReturnCrossAttention"/> asked for it.
    /// </summary>
    public CrossAttention? CrossAttention { get; internal set; }
}

/// <summary>Why generation stopped.</summary>
public enum FinishReason
{
    /// <summary>The end token came: the model chose it, or <see cref="GenerationOptions.ForceEndToken"/> put it there.</summary>
    EndToken,

    /// <summary>The maximum length was reached.</summary>
    Length,

    /// <summary><see cref="GenerationOptions.StopWhen"/> stopped it.</summary>
    Stopped,

    /// <summary>The rules of <see cref="GenerationOptions"/> left no token that could have come next.</summary>
    NothingAllowed,
}
