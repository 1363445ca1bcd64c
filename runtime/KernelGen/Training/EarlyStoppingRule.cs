namespace KernelGen.Training;

/// <summary>Stops training when validation has not become better for a while (Prechelt 1998, "Early stopping - but when?").</summary>
public sealed record EarlyStoppingRule
{
    /// <summary>After how many validations in a row without a new best training stops: 5 by default, at least 1.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>By how much a validation has to be better than the best to be a new best: more than 0 (the default).</summary>
    public double LeastGain { get; init; }

    /// <summary>
    /// What is asked instead of the loss of the validation pairs, such as the share of words that are wrong: it is given the trainer, whose model it may save into a stream and load.
    /// <see langword="null"/> (the default) for the loss. NaN counts as no new best. An exception ends training with that exception.
    /// </summary>
    public Func<Trainer, CancellationToken, ValueTask<double>>? Metric { get; init; }

    /// <summary>Whether a metric is better the higher it is, as BLEU is (default: no).</summary>
    public bool IsHigherBetter { get; init; }

    internal void Check()
    {
        if (Patience < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Patience), Patience, $"{nameof(Patience)} is {Patience}; it must be at least 1.");
        }

        if (!(LeastGain >= 0) || !double.IsFinite(LeastGain))
        {
            throw new ArgumentOutOfRangeException(nameof(LeastGain), LeastGain, $"{nameof(LeastGain)} is {OptionText.Of(LeastGain)}; it must be at least 0 and finite.");
        }

        if (IsHigherBetter && Metric is null)
        {
            throw new ArgumentException($"{nameof(IsHigherBetter)} is set without a {nameof(Metric)}, and a loss is better the lower it is.", nameof(IsHigherBetter));
        }
    }
}
