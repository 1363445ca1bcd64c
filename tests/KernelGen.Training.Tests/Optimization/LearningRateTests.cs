namespace KernelGen.Training.Tests.Optimization;

public class LearningRateTests
{
    public static TheoryData<LearningRate, long, double> Rates => new()
    {
        { LearningRate.Constant(0.5), 1, 0.5 },
        { LearningRate.Constant(0.5), 1_000_000, 0.5 },
        { LearningRate.Constant(0.5, warmup: 10), 1, 0.05 },
        { LearningRate.Constant(0.5, warmup: 10), 10, 0.5 },
        { LearningRate.InverseSquareRoot(1, 100), 1, 0.01 },
        { LearningRate.InverseSquareRoot(1, 100), 100, 1 },
        { LearningRate.InverseSquareRoot(1, 100), 400, 0.5 },
        { LearningRate.Linear(1, steps: 11, warmup: 1), 1, 1 },
        { LearningRate.Linear(1, steps: 11, warmup: 1), 6, 0.5 },
        { LearningRate.Linear(1, steps: 11, warmup: 1), 11, 0 },
        { LearningRate.Linear(1, steps: 11, warmup: 1), 12, 0 },
        { LearningRate.Linear(1, steps: 10, end: 0.5), 5, 0.75 },
        { LearningRate.Cosine(1, steps: 10), 5, 0.5 },
        { LearningRate.Cosine(1, steps: 12, end: 0.2), 4, 0.8 },
        { LearningRate.Cosine(1, steps: 10), 10, 0 },
        { LearningRate.Cosine(1, steps: 10), 100, 0 },
        { LearningRate.Cosine(1, steps: 110, warmup: 10, end: 0.2), 5, 0.5 },
        { LearningRate.Cosine(1, steps: 110, warmup: 10, end: 0.2), 60, 0.6 },
    };

    [Theory]
    [MemberData(nameof(Rates))]
    public void The_rate_of_a_step_is_what_the_schedule_says(LearningRate schedule, long step, double rate) => Assert.Equal(rate, schedule.At(step), 1e-12);

    [Fact]
    public void The_highest_rate_is_that_of_the_last_step_of_the_warmup()
    {
        foreach (LearningRate schedule in (LearningRate[])[LearningRate.InverseSquareRoot(1, 7), LearningRate.Linear(1, 50, 7), LearningRate.Cosine(1, 50, 7), LearningRate.Constant(1, 7)])
        {
            Assert.Equal(1, schedule.At(7));
            Assert.All(Enumerable.Range(1, 60), step => Assert.InRange(schedule.At(step), 0, 1));
        }
    }

    [Fact]
    public void Numbers_out_of_range_are_refused_with_what_they_may_be()
    {
        AssertRefused("The learning rate is 0; it must be above 0 and finite in single precision.", static () => LearningRate.Constant(0));
        AssertRefused("The learning rate is NaN; it must be above 0 and finite in single precision.", static () => LearningRate.Cosine(double.NaN, 10));
        AssertRefused("The learning rate is 1E+39; it must be above 0 and finite in single precision.", static () => LearningRate.Constant(1e39));
        AssertRefused("The warm-up has -1 steps; it must have at least 0, which is none.", static () => LearningRate.Constant(1, -1));
        AssertRefused("The warm-up has 0 steps; this schedule falls with the root of warm-up by steps, and needs at least 1.", static () => LearningRate.InverseSquareRoot(1, 0));
        AssertRefused("The rate is at its end in step 5; that must be after the warm-up of 5 steps.", static () => LearningRate.Linear(1, 5, 5));
        AssertRefused("The rate at the end is 2; it must be from 0 to the peak of 1.", static () => LearningRate.Cosine(1, 5, 0, 2));
        AssertRefused("The rate at the end is NaN; it must be from 0 to the peak of 1.", static () => LearningRate.Linear(1, 5, 0, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LearningRate.Constant(1).At(0));
    }

    [Fact]
    public void Schedules_are_equal_by_value()
    {
        Assert.Equal(LearningRate.Cosine(1, 10, 2, 0.1), LearningRate.Cosine(1, 10, 2, 0.1));
        Assert.NotEqual(LearningRate.Cosine(1, 10, 2, 0.1), LearningRate.Linear(1, 10, 2, 0.1));
        Assert.NotEqual(LearningRate.Cosine(1, 10, 2, 0.1), LearningRate.Cosine(1, 11, 2, 0.1));
    }

    private static void AssertRefused(string message, Func<LearningRate> make) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(() => make()).Message, StringComparison.Ordinal);
}
