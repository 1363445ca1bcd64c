namespace KernelGen;

/// <summary>What was generated for one source.</summary>
public sealed class GenerationResult
{
    internal GenerationResult(IReadOnlyList<Hypothesis> hypotheses) => Hypotheses = hypotheses;

    /// <summary>The hypotheses, the best first; greedy search gives one.</summary>
    public IReadOnlyList<Hypothesis> Hypotheses { get; }
}

/// <summary>One generated target.</summary>
public sealed class Hypothesis
{
    internal Hypothesis(int[] tokens, float? score, FinishReason finishReason)
    {
        Tokens = tokens;
        Score = score;
        FinishReason = finishReason;
    }

    /// <summary>The tokens, without the start and the end token.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>
    /// The sum of the tokens' log-probabilities divided by their number, the end token counted; <see langword="null"/> unless
    /// <see cref="GenerationOptions.ReturnScores"/> asked for it.
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
