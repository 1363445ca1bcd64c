using KernelGen.Numerics;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Training;

/// <summary>A small model learns to reverse words of letters, always to the same bits: whatever vectors a process may use, which continuous integration varies.</summary>
public class FixedRunTests
{
    /// <summary>What <see cref="Train"/> ends with, on every machine that has a fused multiply-add, in hardware or not.</summary>
    private const uint Weights = 4239834679;

    private const double Loss = 0.35892579526260388;

    /// <summary>And this of a Whisper, which learns nothing but noise.</summary>
    private const uint SpeechWeights = 1897977241;

    private const double SpeechLoss = 3.247623728269013;

    [Fact]
    public async Task Weights_after_training_are_these()
    {
        (double loss, uint weights) = await Train(InstructionSet.Portable, threads: 1);
        Assert.Equal((Loss, Weights), (loss, weights));
        foreach (InstructionSet set in TrainableModels.Named(nameof(GoldenVanillaPreNorm)).InstructionSets)
        {
            Assert.Equal((Loss, Weights), await Train(set, threads: 2));
        }
    }

    [Fact]
    public async Task Weights_of_a_Whisper_after_training_are_these()
    {
        foreach (InstructionSet set in TrainableModels.Named(nameof(EvenWhisper)).InstructionSets)
        {
            using Trainer trainer = EvenWhisper.CreateTrainer(new TrainingOptions
            {
                Seed = 7,
                Dropout = 0.05,
                TokensPerBatch = 64,
                Threads = 2,
                InstructionSet = set,
                MaxGradientNorm = 1,
                MaxSteps = 40,
                ReportEvery = 40,
                LearningRate = LearningRate.Linear(peak: 1e-2, steps: 40, warmup: 10),
            });
            SpeechPair[] pairs = TestTrainer.SpeechPairs(EvenWhisper.Description, 100);
            await TestTrainer.RunAsync(trainer, pairs);
            uint weights = Crc32C.Finish(Crc32C.Append(Crc32C.Initial, TestTrainer.Saved(trainer)));
            Assert.Equal((SpeechLoss, SpeechWeights), (trainer.Evaluate(pairs, TestContext.Current.CancellationToken).Loss, weights));
        }
    }

    private static async Task<(double Loss, uint Weights)> Train(InstructionSet set, int threads)
    {
        using Trainer trainer = GoldenVanillaPreNorm.CreateTrainer(new TrainingOptions
        {
            Seed = 7,
            Dropout = 0.05,
            LabelSmoothing = 0.05,
            TokensPerBatch = 256,
            Threads = threads,
            InstructionSet = set,
            Optimizer = new AdamW { Beta2 = 0.98 },
            LearningRate = LearningRate.Linear(peak: 1e-2, steps: 300, warmup: 30),
            MaxGradientNorm = 1,
            ExponentialAverage = 0.9,
            MaxSteps = 300,
            ReportEvery = 300,
        });
        await foreach (TrainingReport _ in trainer.TrainAsync(Pairs(seed: 1, count: 2000), cancellationToken: TestContext.Current.CancellationToken))
        {
        }

        var stream = new MemoryStream();
        trainer.Save(stream);
        return (trainer.Evaluate(Pairs(seed: 2, count: 100), TestContext.Current.CancellationToken).Loss, Crc32C.Finish(Crc32C.Append(Crc32C.Initial, stream.ToArray())));
    }

    private static TokenPair[] Pairs(int seed, int count)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                int[] letters = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(3, 12))];
                return new TokenPair(letters, letters.Reverse().ToArray());
            }),
        ];
    }
}
