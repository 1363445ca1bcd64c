using KernelGen.Execution;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Training;

/// <summary>Trainers with what really computes gradients.</summary>
public sealed class WholeTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-whole-").FullName;

    private static TrainingOptions Options => new()
    {
        Seed = 11,
        TokensPerBatch = 90,
        GradientAccumulation = 2,
        ReportEvery = 1,
        MaxSteps = 8,
        Dropout = 0.1,
        LabelSmoothing = 0.1,
        MaxGradientNorm = 1,
        Optimizer = new AdamW(),
        LearningRate = LearningRate.InverseSquareRoot(2e-3, 4),
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(nameof(GoldenVanillaPreNorm))]
    [InlineData(nameof(GoldenBart))]
    [InlineData(nameof(GoldenT5))]
    [InlineData(nameof(TwoVocabularies))]
    [InlineData(nameof(OddWhisper))]
    public async Task Weights_have_the_same_bits_on_every_instruction_set_with_any_number_of_threads_and_interrupted(string name)
    {
        var model = TrainableModels.Named(name);
        Func<Trainer, Task<List<TrainingReport>>> train = Training(model.Description, 60);
        byte[]? expected = null;
        foreach (InstructionSet set in model.InstructionSets)
        {
            foreach (int threads in (int[])[1, 2])
            {
                using Trainer trainer = model.CreateTrainer(Options with { InstructionSet = set, Threads = threads });
                await train(trainer);
                expected ??= TestTrainer.Saved(trainer);
                Assert.True(expected.AsSpan().SequenceEqual(TestTrainer.Saved(trainer)), $"{set} with {threads} threads gives other weights.");
            }
        }

        // Interrupted after each step, and gone on with on another instruction set.
        string state = Path.Combine(_folder, "run.state");
        byte[] interrupted = [];
        for (int step = 1; step <= 8; step++)
        {
            InstructionSet set = model.InstructionSets.ElementAt(step % model.InstructionSets.Count());
            using Trainer part = model.CreateTrainer(Options with { InstructionSet = set, MaxSteps = step });
            if (step > 1)
            {
                part.ResumeState(state);
            }

            Assert.Single(await train(part));
            part.SaveState(state);
            interrupted = TestTrainer.Saved(part);
        }

        Assert.Equal(expected, interrupted);
    }

    [Theory]
    [MemberData(nameof(TrainableModels.WholeNames), MemberType = typeof(TrainableModels))]
    public async Task A_new_model_of_every_family_learns(string name)
    {
        var model = TrainableModels.Named(name);
        TrainingOptions options = Options with { Dropout = 0, LabelSmoothing = 0, GradientAccumulation = 1, MaxSteps = 60, ReportEvery = 60, LearningRate = LearningRate.Constant(3e-3, 10) };
        using Trainer trainer = model.CreateTrainer(options);
        double before = Evaluate().Loss;
        List<TrainingReport> reports = await Training(model.Description, 8)(trainer);
        Evaluation after = Evaluate();
        Assert.True(after.Loss < 0.7 * before, $"The loss went from {before} to {after.Loss}.");
        Assert.Equal(0, reports[^1].SkippedSteps);

        Evaluation Evaluate() => model.Description.IsSpeech ? trainer.Evaluate(TestTrainer.SpeechPairs(model.Description, 8)) : trainer.Evaluate(Pairs(model.Description, 8));
    }

    [Fact]
    public async Task The_first_positions_of_a_Whisper_stay_as_they_are_and_all_else_is_trained()
    {
        using Trainer trainer = OddWhisper.CreateTrainer(Options);
        byte[] before = TestTrainer.Saved(trainer);
        await TestTrainer.RunAsync(trainer, TestTrainer.SpeechPairs(OddWhisper.Description, 60));
        Dictionary<string, Tensor> old = Tensors(before), now = Tensors(TestTrainer.Saved(trainer));
        foreach ((string name, Tensor tensor) in old)
        {
            Assert.Equal(name == "model.encoder.embed_positions.weight", tensor.Values.AsSpan().SequenceEqual(now[name].Values));
        }

        Dictionary<string, Tensor> Tensors(byte[] file)
        {
            string path = Path.Combine(_folder, "model.safetensors");
            File.WriteAllBytes(path, file);
            return TensorFile.Read(path);
        }
    }

    /// <summary>Trains with some pairs of the kind that a model takes.</summary>
    private static Func<Trainer, Task<List<TrainingReport>>> Training(ModelDescription model, int count) => model.IsSpeech
        ? trainer => TestTrainer.RunAsync(trainer, TestTrainer.SpeechPairs(model, count))
        : trainer => TestTrainer.RunAsync(trainer, Pairs(model, count));

    private static TokenPair[] Pairs(ModelDescription model, int count)
    {
        var random = new Random(5);
        return
        [
            .. Enumerable.Range(0, count).Select(_ => new TokenPair(
                Tokens(Math.Min(9, model.MaxSourceLength), model.SourceVocabularySize), Tokens(Math.Min(9, model.MaxTargetLength - 1), model.TargetVocabularySize))),
        ];

        int[] Tokens(int longest, int vocabulary) => [.. Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => random.Next(vocabulary))];
    }
}
