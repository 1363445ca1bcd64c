namespace KernelGen.Decoding;

/// <summary>A hypothesis that has not ended, or may become one: a continuation of a parent by one token.</summary>
internal struct LiveHypothesis
{
    /// <summary>The sum over its tokens.</summary>
    public double LogProbability;

    /// <summary>What its last token added.</summary>
    public float TokenLogProbability;

    /// <summary>Its last token.</summary>
    public int Token;

    /// <summary>The rank of what it continues among the live ones of the step before.</summary>
    public int Parent;
}

/// <summary>A finished hypothesis: that whose link has a rank after so many tokens, and one more token unless nothing was allowed.</summary>
internal readonly record struct FinishedHypothesis(
    double Score, int Length, int Rank, FinishReason Reason, int LastToken = 0, float LastLogProbability = 0);

/// <summary>What turns the scores of a row into log-probabilities, <c>score - Maximum - LogSum</c>, and how many tokens of it are considered.</summary>
internal readonly record struct RowScores(float Maximum, double LogSum, int Found);
