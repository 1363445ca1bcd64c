namespace KernelGen;

/// <summary>
/// How tokens are drawn: from the model's probabilities at a temperature, of which <see cref="TopK"/>, then <see cref="TopP"/>, then <see cref="MinP"/> keep
/// some, as in Hugging Face's Transformers. What is left is drawn in proportion to its probability. The defaults draw from the model's own distribution.
/// </summary>
/// <remarks>
/// The random numbers are a function of the seed, the number of the sample and the position in the target (Philox, Salmon et al. 2011): a source has the
/// same samples alone and in any list, with any number of threads and on every instruction set. Two equal sources of a list therefore have equal samples;
/// <see cref="GenerationOptions.HypothesisCount"/> draws different ones. A probability below 2⁻⁴⁹ counts as none.
/// </remarks>
public sealed record SamplingOptions
{
    /// <summary>
    /// What logits are divided by: 1 (the default) is the model's own distribution, below 1 favours probable tokens, above 1 improbable ones. From 0.001 to
    /// 1000. (Nothing but the most probable token: leave <see cref="GenerationOptions.Sampling"/> out.)
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Keeps the so many most probable tokens, and those that are as probable as the last of them; 0 (the default) keeps all. Fan et al. 2018.</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Keeps the fewest tokens, the most probable first and of equal ones the lower, whose probabilities reach this sum: the nucleus of Holtzman et al. 2020.
    /// Above 0, at most 1 (the default), which keeps all. Probabilities are those after <see cref="TopK"/>.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>
    /// Keeps tokens that are at least so probable in proportion to the most probable one (Nguyen et al. 2024). From 0 (the default), which keeps all, to 1.
    /// </summary>
    public double MinP { get; init; }

    /// <summary>What the random numbers follow from; <see langword="null"/> (the default) draws a fresh seed for each call.</summary>
    public long? Seed { get; init; }
}
