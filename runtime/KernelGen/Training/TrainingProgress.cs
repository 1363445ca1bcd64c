namespace KernelGen.Training;

/// <summary>All that a run goes on from, but for the numbers of its weights.</summary>
internal record struct TrainingProgress
{
    public TrainingProgress()
    {
    }

    /// <summary>The number of steps taken.</summary>
    public long Step { get; set; }

    /// <summary>The number of steps that were left out.</summary>
    public long Skipped { get; set; }

    /// <summary>How many of them were the last ones, one after the other.</summary>
    public long SkippedInARow { get; set; }

    /// <summary>How far the pairs are.</summary>
    public StreamPosition Position { get; set; }

    /// <summary>The sum of losses since the last report.</summary>
    public double Loss { get; set; }

    /// <summary>The target tokens since the last report.</summary>
    public long Tokens { get; set; }

    /// <summary>The norm of the last step's gradients.</summary>
    public double GradientNorm { get; set; }

    /// <summary>The best validation so far; NaN where there was none.</summary>
    public double Best { get; set; } = double.NaN;

    /// <summary>How many validations there were since the best.</summary>
    public long SinceBest { get; set; }
}
