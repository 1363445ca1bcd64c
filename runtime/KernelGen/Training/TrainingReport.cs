namespace KernelGen.Training;

/// <summary>How far training is.</summary>
public sealed record TrainingReport
{
    /// <summary>The number of steps taken, those before an interruption among them.</summary>
    public required long Step { get; init; }

    /// <summary>The number of the epoch, from 1.</summary>
    public required long Epoch { get; init; }

    /// <summary>The mean loss of a target token since the report before, with dropout and label smoothing; NaN where there was no step.</summary>
    public required double Loss { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The norm of all gradients of the last step, before it was limited.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>How many target tokens a second were learned from since the report before, time for validation and for whoever enumerates not counted.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>The time since the enumeration began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How long it will take until the last step or epoch, going by the time so far; <see langword="null"/> where that cannot be told yet, or there is no last one.</summary>
    public required TimeSpan? Remaining { get; init; }

    /// <summary>How many steps were left out because a loss or a gradient was not finite.</summary>
    public required long SkippedSteps { get; init; }

    /// <summary>How many pairs were left out, in all epochs, because the model cannot be trained with them.</summary>
    public required long LeftOutPairs { get; init; }

    /// <summary>How the validation pairs are predicted, where they have just been evaluated.</summary>
    public Evaluation? Validation { get; init; }

    /// <summary>What <see cref="EarlyStoppingRule.Metric"/> has just said.</summary>
    public double? Metric { get; init; }

    /// <summary>Whether the validation, or the metric, is the best so far: the time to save the model.</summary>
    public bool IsBest { get; init; }

    /// <summary>Why this report is the last one; <see langword="null"/> where it is not.</summary>
    public TrainingEnd? End { get; init; }
}

/// <summary>Why training has ended.</summary>
public enum TrainingEnd
{
    /// <summary><see cref="TrainingOptions.MaxSteps"/> steps have been taken.</summary>
    Steps,

    /// <summary>All pairs have been seen <see cref="TrainingOptions.Epochs"/> times.</summary>
    Epochs,

    /// <summary>Validation has not become better for a while: <see cref="TrainingOptions.EarlyStopping"/>.</summary>
    EarlyStopping,
}
