namespace KernelGen;

/// <summary>How a target is generated.</summary>
public sealed record GenerationOptions
{
    internal static readonly GenerationOptions Default = new();

    /// <summary>
    /// The most tokens to generate, the end token included; <see langword="null"/> (the default) is the declared maximum target length.
    /// At least 1, at most the declared maximum.
    /// </summary>
    public int? MaxLength { get; init; }

    /// <summary>
    /// How many hypotheses are followed at once: 1 (the default) is greedy search, more is beam search. From 1 to 32. A beam of 4 costs about four
    /// rows of a batch.
    /// </summary>
    /// <remarks>
    /// In each step all continuations of all live hypotheses are ranked by the sum of their log-probabilities, and the best <c>2 · BeamSize</c> are
    /// looked at in order: one that ends among the first <c>BeamSize</c> is finished; the first <c>BeamSize</c> that do not end stay live. Of equal
    /// sums the one comes first whose beginning stood higher, then the lower token. The search stops once <c>BeamSize</c> are finished and no live one
    /// has a better score than the worst of the <c>BeamSize</c> best finished ones, or at <see cref="MaxLength"/>, where live ones are finished as
    /// they stand.
    /// </remarks>
    public int BeamSize { get; init; } = 1;

    /// <summary>
    /// How many hypotheses are returned, the best first: from 1 (the default) to <see cref="BeamSize"/>. There are fewer where so few tokens may be
    /// generated in so short a target that the search ends with fewer.
    /// </summary>
    public int HypothesisCount { get; init; } = 1;

    /// <summary>
    /// How a score grows with length: a score is the sum of log-probabilities divided by <c>tokens^LengthPenalty</c>, where the end token counts and the
    /// start token does not. 1 (the default) is the mean, 0 the sum, which favours short targets; above 1 long ones are favoured. Finite, not negative.
    /// Greedy search chooses the same tokens whatever it is.
    /// </summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>
    /// Whether <see cref="Hypothesis.Score"/> is computed by greedy search (default: no). It costs a pass of exponentials over the vocabulary for each
    /// token. Beam search computes scores in any case.
    /// </summary>
    public bool ReturnScores { get; init; }

    /// <summary>
    /// How many threads share the work of this call: 1 (the default) to 64. They come from the thread pool. Results are the same bits whatever it is. For
    /// many sentences, as many calls at once with one thread each need fewer handshakes.
    /// </summary>
    public int Threads { get; init; } = 1;
}
