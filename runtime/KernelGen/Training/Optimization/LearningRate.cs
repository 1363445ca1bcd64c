using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>
/// How large steps are: a rate for each step, from 1. Every schedule may begin with a warm-up, in which the rate rises from 0 to its peak in equal parts (Vaswani et al. 2017,
/// section 5.3): of t steps of w it is <c>peak · t / w</c>.
/// </summary>
public abstract record LearningRate
{
    private protected LearningRate(double peak, long warmup)
    {
        if (!(peak > 0) || !float.IsFinite((float)peak))
        {
            throw new ArgumentOutOfRangeException(nameof(peak), peak, $"The learning rate is {OptionText.Of(peak)}; it must be above 0 and finite in single precision.");
        }

        if (warmup < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(warmup), warmup, $"The warm-up has {warmup} steps; it must have at least 0, which is none.");
        }

        Peak = peak;
        Warmup = warmup;
    }

    /// <summary>The highest rate.</summary>
    public double Peak { get; }

    /// <summary>The number of steps in which the rate rises to its peak; 0 for none.</summary>
    public long Warmup { get; }

    /// <summary>What decides the rates, by name.</summary>
    internal virtual IEnumerable<(string Name, string Value)> Fields =>
        [(nameof(LearningRate), Name), (nameof(Peak), OptionText.Of(Peak)), (nameof(Warmup), OptionText.Of(Warmup))];

    private protected abstract string Name { get; }

    /// <summary>The same rate in every step after the warm-up.</summary>
    /// <param name="rate">The rate, above 0.</param>
    /// <param name="warmup">The number of steps in which the rate rises.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static LearningRate Constant(double rate, long warmup = 0) => new ConstantRate(rate, warmup);

    /// <summary>
    /// After the warm-up of w steps the rate of step t is <c>peak · √(w / t)</c> (Vaswani et al. 2017, equation 3, whose <c>d^-0.5</c> is part of the peak: <c>peak = factor · (d · w)^-0.5</c>).
    /// </summary>
    /// <param name="peak">The highest rate, above 0.</param>
    /// <param name="warmup">The number of steps in which the rate rises, at least 1.</param>
    /// <inheritdoc cref="Constant" path="/exception"/>
    public static LearningRate InverseSquareRoot(double peak, long warmup) => new InverseSquareRootRate(peak, warmup);

    /// <summary>After the warm-up the rate falls in equal parts, and stays where it ends.</summary>
    /// <param name="peak">The highest rate, above 0.</param>
    /// <param name="steps">The step in which the rate is at its end, after the warm-up.</param>
    /// <param name="warmup">The number of steps in which the rate rises.</param>
    /// <param name="end">The rate at the end, from 0 to the peak.</param>
    /// <inheritdoc cref="Constant" path="/exception"/>
    public static LearningRate Linear(double peak, long steps, long warmup = 0, double end = 0) => new LinearRate(peak, steps, warmup, end);

    /// <summary>After the warm-up the rate falls as half a wave of the cosine does (Loshchilov and Hutter 2017, "SGDR", without restarts), and stays where it ends.</summary>
    /// <inheritdoc cref="Linear"/>
    public static LearningRate Cosine(double peak, long steps, long warmup = 0, double end = 0) => new CosineRate(peak, steps, warmup, end);

    /// <summary>The rate of a step.</summary>
    /// <param name="step">The number of the step, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        return step < Warmup ? Peak * step / Warmup : AfterWarmup(step);
    }

    private protected abstract double AfterWarmup(long step);

    private sealed record ConstantRate(double Rate, long WarmupSteps) : LearningRate(Rate, WarmupSteps)
    {
        private protected override string Name => nameof(Constant);

        private protected override double AfterWarmup(long step) => Peak;
    }

    private sealed record InverseSquareRootRate : LearningRate
    {
        public InverseSquareRootRate(double peak, long warmup)
            : base(peak, warmup)
        {
            if (warmup < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(warmup), warmup, $"The warm-up has {warmup} steps; this schedule falls with the root of warm-up by steps, and needs at least 1.");
            }
        }

        private protected override string Name => nameof(InverseSquareRoot);

        private protected override double AfterWarmup(long step) => Peak * Math.Sqrt((double)Warmup / step);
    }

    private abstract record FallingRate : LearningRate
    {
        private readonly long _steps;
        private readonly double _end;

        private protected FallingRate(double peak, long steps, long warmup, double end)
            : base(peak, warmup)
        {
            if (steps <= warmup)
            {
                throw new ArgumentOutOfRangeException(nameof(steps), steps, $"The rate is at its end in step {steps}; that must be after the warm-up of {warmup} steps.");
            }

            if (!(end >= 0 && end <= peak))
            {
                throw new ArgumentOutOfRangeException(nameof(end), end, $"The rate at the end is {OptionText.Of(end)}; it must be from 0 to the peak of {OptionText.Of(peak)}.");
            }

            _steps = steps;
            _end = end;
        }

        internal override IEnumerable<(string Name, string Value)> Fields => [.. base.Fields, ("Steps", OptionText.Of(_steps)), ("End", OptionText.Of(_end))];

        private protected override double AfterWarmup(long step) =>
            step >= _steps ? _end : _end + ((Peak - _end) * Remaining((double)(step - Warmup) / (_steps - Warmup)));

        /// <summary>How much of the way down remains, from 1 to 0.</summary>
        /// <param name="done">How much of the steps is done, from 0 to 1.</param>
        private protected abstract double Remaining(double done);
    }

    private sealed record LinearRate(double Highest, long AllSteps, long WarmupSteps, double Last) : FallingRate(Highest, AllSteps, WarmupSteps, Last)
    {
        private protected override string Name => nameof(Linear);

        private protected override double Remaining(double done) => 1 - done;
    }

    private sealed record CosineRate(double Highest, long AllSteps, long WarmupSteps, double Last) : FallingRate(Highest, AllSteps, WarmupSteps, Last)
    {
        private protected override string Name => nameof(Cosine);

        private protected override double Remaining(double done)
        {
            DeterministicMath.SinCos(Math.PI * done, out _, out double cosine);
            return (1 + cosine) / 2;
        }
    }
}
