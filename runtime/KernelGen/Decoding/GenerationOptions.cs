namespace KernelGen;

/// <summary>How a target is generated.</summary>
public sealed record GenerationOptions
{
    /// <summary>
    /// The most tokens to generate, the end token included; <see langword="null"/> (the default) is the declared maximum target length.
    /// At least 1, at most the declared maximum.
    /// </summary>
    public int? MaxLength { get; init; }

    /// <summary>
    /// Whether <see cref="Hypothesis.Score"/> is computed (default: no). It costs a pass of exponentials over the vocabulary for each token.
    /// </summary>
    public bool ReturnScores { get; init; }
}
