using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Training;

/// <summary>Whole steps with generated kernels allocate nothing once all is warm.</summary>
[Collection(nameof(StepAllocationTests))]
public class StepAllocationTests
{
    private const int Steps = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Steps_between_two_reports_allocate_nothing(int threads)
    {
        using Trainer trainer = GoldenVanillaPreNorm.CreateTrainer(Options(threads));
        await AssertAllocatesNothing(trainer.TrainAsync(TestTrainer.Pairs(100_000), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nor_do_those_of_a_model_whose_source_is_audio()
    {
        using Trainer trainer = OddWhisper.CreateTrainer(Options(threads: 1));
        await AssertAllocatesNothing(trainer.TrainAsync(TestTrainer.SpeechPairs(OddWhisper.Description, 60_000), cancellationToken: TestContext.Current.CancellationToken));
    }

    private static TrainingOptions Options(int threads) => new()
    {
        Dropout = 0.1,
        LabelSmoothing = 0.1,
        TokensPerBatch = 64,
        GradientAccumulation = 2,
        Threads = threads,
        Optimizer = new AdamW(),
        MaxGradientNorm = 1,
        ExponentialAverage = 0.99,
        MaxSteps = 4 * Steps,
        ReportEvery = Steps,
    };

    private static async Task AssertAllocatesNothing(IAsyncEnumerable<TrainingReport> training)
    {
        var allocated = new List<long>(8);
        await foreach (TrainingReport _ in training)
        {
            allocated.Add(GC.GetTotalAllocatedBytes(precise: true));
        }

        // A report and its way through tasks take some kilobytes, once for all of the steps: less than one small object a step.
        Assert.Equal(4, allocated.Count);
        Assert.InRange(allocated[3] - allocated[2], 0, 20 * Steps);
    }
}

/// <summary>Other tests would allocate meanwhile.</summary>
[CollectionDefinition(nameof(StepAllocationTests), DisableParallelization = true)]
public class NothingElseAllocates;
