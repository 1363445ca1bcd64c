using System.Diagnostics;

namespace KernelGen.Training;

/// <summary>Knows, within one enumeration, when reports are due, how fast training is, and how long it will take.</summary>
/// <param name="options">How often reports are due.</param>
/// <param name="count">The number of pairs, where it is known before they are read.</param>
internal sealed class TrainingClock(TrainingOptions options, long? count)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private bool _hasStarted;
    private long _firstStep;
    private double _firstEpochs;
    private long _reportedStep;
    private long _reportedEpoch;
    private bool _epochEnded;

    /// <summary>The time in which steps were computed since the last report.</summary>
    public TimeSpan Computed { get; set; }

    /// <summary>Whether the report that is due comes with a validation.</summary>
    public bool IsValidationDue { get; private set; }

    /// <summary>Notes where training begins; of no effect when it has begun.</summary>
    public void Start(TrainingProgress progress, BatchStream stream)
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            _firstStep = _reportedStep = progress.Step;
            _reportedEpoch = progress.Position.Epoch;
            _firstEpochs = Epochs(progress, stream) ?? 0;
        }
    }

    /// <summary>Whether there is something to report after a step.</summary>
    public bool IsReportDue(TrainingProgress progress)
    {
        bool isNew = progress.Step > _reportedStep;
        _epochEnded = progress.Position.Epoch > _reportedEpoch;
        IsValidationDue = options.ValidateEvery is { } steps ? isNew && progress.Step % steps == 0 : _epochEnded;
        return IsValidationDue || _epochEnded || (isNew && progress.Step % options.ReportEvery == 0);
    }

    /// <summary>The report of all since the last.</summary>
    public TrainingReport Report(TrainingProgress progress, BatchStream stream, TrainingEnd? end)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_began);
        var report = new TrainingReport
        {
            Step = progress.Step,
            Epoch = progress.Position.Epoch + (_epochEnded ? 0 : 1),
            Loss = progress.Tokens == 0 ? double.NaN : progress.Loss / progress.Tokens,
            LearningRate = progress.Step == 0 ? 0 : options.LearningRate.At(progress.Step),
            GradientNorm = progress.GradientNorm,
            TokensPerSecond = Computed > TimeSpan.Zero ? progress.Tokens / Computed.TotalSeconds : 0,
            Elapsed = elapsed,
            Remaining = end is null ? Remaining(progress, stream, elapsed) : TimeSpan.Zero,
            SkippedSteps = progress.Skipped,
            LeftOutPairs = stream.LeftOut,
            End = end,
        };
        _reportedStep = progress.Step;
        _reportedEpoch = progress.Position.Epoch;
        Computed = TimeSpan.Zero;
        return report;
    }

    private TimeSpan? Remaining(TrainingProgress progress, BatchStream stream, TimeSpan elapsed)
    {
        TimeSpan? bySteps = options.MaxSteps is { } steps ? Share(elapsed, progress.Step - _firstStep, steps - progress.Step) : null;
        TimeSpan? byEpochs = options.Epochs is { } epochs && Epochs(progress, stream) is { } done ? Share(elapsed, done - _firstEpochs, epochs - done) : null;
        return bySteps < byEpochs || byEpochs is null ? bySteps : byEpochs;
    }

    /// <summary>How many epochs are done; <see langword="null"/> where nobody knows how many pairs there are.</summary>
    private double? Epochs(TrainingProgress progress, BatchStream stream) =>
        (stream.PairsInEpoch ?? count) is > 0 and { } pairs ? progress.Position.Epoch + (stream.PairsDone / pairs) : null;

    private static TimeSpan? Share(TimeSpan elapsed, double done, double left) =>
        done > 0 && elapsed.TotalSeconds * left / done is double seconds and < 1e9 ? TimeSpan.FromSeconds(Math.Max(0, seconds)) : null;
}
