using System.Text;
using KernelGen.Checkpoints;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;
using KernelGen.Training.Tests.Training;

namespace KernelGen.Training.Tests.State;

public sealed class TrainingStateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-state-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "run.state");

    private static TrainingOptions Options => new()
    {
        Seed = 3,
        TokensPerBatch = 40,
        ReportEvery = 1,
        Epochs = 3,
        Dropout = 0.1,
        LearningRate = LearningRate.Cosine(0.01, 30, 3),
        MaxGradientNorm = 0.5,
    };

    public static TheoryData<string, TrainingOptions> Runs => new()
    {
        { "Adam", Options },
        { "AdamW", Options with { Optimizer = new AdamW { Decayed = ["*.weight"] }, GradientAccumulation = 3 } },
        { "momentum", Options with { Optimizer = new Sgd(), Threads = 2 } },
        { "no momentum", Options with { Optimizer = new Sgd { Momentum = 0 } } },
        { "exponential", Options with { ExponentialAverage = 0.9, ShuffleWindow = 11 } },
        { "last", Options with { AverageLast = 3, AverageEvery = 2, GradientAccumulation = 2, ShuffleWindow = 7 } },
        { "frozen", Options with { Frozen = ["encoder.*"], ShuffleWindow = 1 } },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task An_interrupted_run_goes_on_as_if_it_had_not_been(string name, TrainingOptions options)
    {
        Assert.NotEmpty(name);
        TokenPair[] pairs = [default, .. TestTrainer.Pairs(40)];
        options = options with { OnInvalidPair = InvalidPair.LeaveOut };
        TokenPair[] validation = TestTrainer.Pairs(5, seed: 8);
        using Trainer whole = TestTrainer.Create(options);
        List<TrainingReport> reports = await TestTrainer.RunAsync(whole, pairs, validation);
        string final = System.IO.Path.Combine(_folder, "whole.state");
        whole.SaveState(final);

        // Interrupted after every step, each time with a new trainer.
        for (int i = 0; i < reports.Count; i++)
        {
            using Trainer part = TestTrainer.Create(options with { Threads = 1 + (i % 2) });
            if (i > 0)
            {
                part.ResumeState(Path);
                Assert.Equal(reports[i - 1].Step, part.Step);
            }

            await foreach (TrainingReport report in part.TrainAsync(pairs, validation))
            {
                if (report.Step >= reports[i].Step)
                {
                    Assert.Equal((reports[i].Step, reports[i].Epoch, reports[i].GradientNorm, reports[i].LeftOutPairs), (report.Step, report.Epoch, report.GradientNorm, report.LeftOutPairs));
                    Assert.Equal((reports[i].Validation, reports[i].IsBest, reports[i].End), (report.Validation, report.IsBest, report.End));
                    part.SaveState(Path);
                    break;
                }
            }

            Assert.Equal(reports[i].Step, part.Step);
        }

        Assert.Equal(File.ReadAllBytes(final), File.ReadAllBytes(Path));
    }

    [Fact]
    public async Task Losses_between_reports_are_not_lost_in_an_interruption()
    {
        TokenPair[] pairs = TestTrainer.Pairs(60);
        TrainingOptions options = Options with { ReportEvery = 6, MaxSteps = 6 };
        using Trainer whole = TestTrainer.Create(options);
        TrainingReport expected = (await TestTrainer.RunAsync(whole, pairs))[^1];
        int steps = 0;
        using var cancellation = new CancellationTokenSource();
        using Trainer cancelled = TestTrainer.Create(options, engine => engine.OnBatch = (_, _) =>
        {
            if (++steps == 4)
            {
                cancellation.Cancel();
            }
        });

        // The fourth step is complete: it has but one batch.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TrainingReport report in cancelled.TrainAsync(pairs, cancellationToken: cancellation.Token))
            {
            }
        });
        Assert.Equal(4, cancelled.Step);
        cancelled.SaveState(Path);
        using Trainer second = TestTrainer.Create(options);
        second.ResumeState(Path);
        TrainingReport found = (await TestTrainer.RunAsync(second, pairs))[^1];
        Assert.Equal((expected.Step, expected.Loss), (found.Step, found.Loss));
    }

    [Fact]
    public void A_state_before_the_first_step_is_one_too()
    {
        using Trainer trainer = TestTrainer.Create(Options);
        trainer.SaveState(Path);
        using Trainer other = TestTrainer.Create(Options);
        other.ResumeState(Path);
        Assert.Equal(TestTrainer.Saved(trainer), TestTrainer.Saved(other));
    }

    [Fact]
    public void A_state_of_a_loaded_checkpoint_keeps_its_tables()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenBart.Description, separateTables: true);
        tensors["model.encoder.embed_positions.weight"] = new Tensor([80, 48], new Samples(4).Normal(80 * 48));
        tensors["lm_head.weight"] = new Tensor([45, 48], new Samples(5).Normal(45 * 48));
        using Trainer trainer = Create();
        trainer.Load(TensorFile.Write(tensors));
        trainer.SaveState(Path);
        using Trainer other = Create();
        other.ResumeState(Path);
        Assert.Equal(TestTrainer.Saved(trainer), TestTrainer.Saved(other));

        static Trainer Create() => Trainer.Create(GoldenBart.Description, new TrainingOptions(), static (parameters, _, _) => new FakeEngine(parameters));
    }

    [Fact]
    public void Options_that_decide_bits_have_to_be_the_same()
    {
        Save(Options);
        (TrainingOptions Options, string Difference)[] others =
        [
            (Options with { Seed = 4 }, "Seed is 3 in the file and 4 in these options"),
            (Options with { Dropout = 0.2 }, "Dropout is 0.1 in the file and 0.2 in these options"),
            (Options with { AttentionDropout = 0 }, "AttentionDropout is none in the file and 0 in these options"),
            (Options with { LabelSmoothing = 0.1 }, "LabelSmoothing is 0 in the file and 0.1 in these options"),
            (Options with { TokensPerBatch = 41 }, "TokensPerBatch is 40 in the file and 41 in these options"),
            (Options with { GradientAccumulation = 2 }, "GradientAccumulation is 1 in the file and 2 in these options"),
            (Options with { Optimizer = new Adam { Beta2 = 0.98 } }, "Beta2 is 0.999 in the file and 0.98 in these options"),
            (Options with { Optimizer = new AdamW() }, "Optimizer is Adam in the file and AdamW in these options; WeightDecay is missing in the file and 0.01 in these options; Decayed is missing in the file and none in these options"),
            (Options with { Optimizer = new Sgd() }, "Optimizer is Adam in the file and Sgd in these options; Momentum is missing in the file and 0.9 in these options; Beta1 is 0.9 in the file and not there in these options"),
            (Options with { LearningRate = LearningRate.Cosine(0.01, 31, 3) }, "Steps is 30 in the file and 31 in these options"),
            (Options with { LearningRate = LearningRate.Constant(0.01, 3) }, "LearningRate is Cosine in the file and Constant in these options"),
            (Options with { MaxGradientNorm = null }, "MaxGradientNorm is 0.5 in the file and none in these options"),
            (Options with { ExponentialAverage = 0.9 }, "ExponentialAverage is none in the file and 0.9 in these options"),
            (Options with { AverageLast = 2 }, "AverageLast is 0 in the file and 2 in these options; AverageEvery is 0 in the file and 1000 in these options"),
            (Options with { Frozen = ["encoder.*", "*.bias"] }, "Frozen is none in the file and encoder.* *.bias in these options"),
            (Options with { ShuffleWindow = 10 }, "ShuffleWindow is 262144 in the file and 10 in these options"),
        ];
        foreach ((TrainingOptions options, string difference) in others)
        {
            using Trainer trainer = TestTrainer.Create(options);
            string message = Assert.Throws<CheckpointException>(() => trainer.ResumeState(Path)).Message;
            Assert.StartsWith($"The state of training '{Path}' is that of a run with other options, which would go on with other bits: {difference}", message, StringComparison.Ordinal);
            Assert.EndsWith("Resume it with the same options, or begin a new run with the model that the old one has saved.", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void How_long_and_on_what_training_runs_may_change()
    {
        Save(Options);
        using Trainer trainer = TestTrainer.Create(Options with
        {
            Threads = 2,
            Epochs = null,
            MaxSteps = 1000,
            ReportEvery = 7,
            ValidateEvery = 5,
            EarlyStopping = new(),
            OnNonFinite = NonFiniteStep.Skip,
            OnInvalidPair = InvalidPair.LeaveOut,
            InstructionSet = InstructionSet.Portable,
            AverageEvery = 5,
        });
        trainer.ResumeState(Path);
    }

    [Fact]
    public void A_state_of_another_model_is_refused_with_what_differs()
    {
        Save(Options);
        using var trainer = Trainer.Create(TwoVocabularies.Description, Options, static (parameters, _, _) => new FakeEngine(parameters));
        string message = Assert.Throws<CheckpointException>(() => trainer.ResumeState(Path)).Message;
        Assert.StartsWith(
            $"The state of training '{Path}' is that of another model (saved from 'OddVanilla'): Architecture is Vanilla in the file and Marian in the declaration of 'TwoVocabularies'; ModelDimension is 33", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_byte_that_is_not_as_it_was_is_noticed()
    {
        byte[] state = SmallState();
        using Trainer trainer = TestTrainer.Create(SmallOptions);
        byte[] before = TestTrainer.Saved(trainer);
        var random = new Random(1);
        string path = System.IO.Path.Combine(_folder, "flipped.state");

        // Every byte of what is not numbers, and each sixteenth of these.
        int text = 16 + BitConverter.ToInt32(state, 12) + 4;
        for (int i = 0; i < state.Length; i += i < text || i >= state.Length - 8 ? 1 : 16)
        {
            byte old = state[i];
            state[i] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, state);
            CheckpointException problem = Assert.Throws<CheckpointException>(() => trainer.ResumeState(path));
            Assert.StartsWith($"The state of training '{path}' is ", problem.Message, StringComparison.Ordinal);
            state[i] = old;
        }

        Assert.Equal(before, TestTrainer.Saved(trainer));
        File.WriteAllBytes(path, state);
        trainer.ResumeState(path);
    }

    [Fact]
    public void A_state_that_is_cut_off_anywhere_is_noticed()
    {
        byte[] state = SmallState();
        using Trainer trainer = TestTrainer.Create(SmallOptions);
        string path = System.IO.Path.Combine(_folder, "cut.state");
        int text = 16 + BitConverter.ToInt32(state, 12) + 4;
        for (int length = 0; length < state.Length; length += length < text + 100 || length > state.Length - 100 ? 1 : 97)
        {
            File.WriteAllBytes(path, state[..length]);
            string message = Assert.Throws<CheckpointException>(() => trainer.ResumeState(path)).Message;
            Assert.True(message.Contains(length == 0 ? "is empty" : "is truncated", StringComparison.Ordinal), $"{length}: {message}");
        }

        File.WriteAllBytes(path, [.. state, 0]);
        Assert.Contains("is damaged: it has", Assert.Throws<CheckpointException>(() => trainer.ResumeState(path)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Lies => new()
    {
        { "Run.Step=0", "Run.Step=-1", "its field Step is '-1', and should be a whole number from 0 to 9223372036854775807." },
        { "Run.Step=0", "Run.Step=99999999999999999999", "its field Step is '99999999999999999999'" },
        { "Run.Step=0\n", "", "its field Step is missing." },
        { "Run.Step=0", "Run.Step=0\nRun.More=1", "'Run.More' mean nothing here." },
        { "Run.Batch=0", "Run.Batch=3000000000", "its field Batch is '3000000000'" },
        { "Run.SharesEmbedding=false", "Run.SharesEmbedding=true", "what it says of tables of embeddings and positions cannot be of 'OddVanilla'." },
        { "Run.SharesEmbedding=false", "Run.SharesEmbedding=no", "its field SharesEmbedding is 'no', and should be true or false." },
        { "Run.SourcePositions=8", "Run.SourcePositions=2147483647", "what it says of tables of embeddings and positions cannot be of 'OddVanilla'." },
        { "Run.SourcePositions=8", "Run.SourcePositions=7", "what it says of tables of embeddings and positions cannot be of 'OddVanilla'." },
        { "Run.SourcePositions=8", "Run.SourcePositions=9", "is truncated: it has" },
        { "Run.SharesOutput=true", "Run.SharesOutput=false", "is truncated: it has" },
        { "Run.Loss=0", "Run.Loss=zero", "its field Loss is 'zero', and should be a number." },
        { "Model.Heads=3", "Model.Heads=\u0007", "Heads is \\u0007 in the file and 3 in the declaration of 'OddVanilla'" },
        { "Options.Seed=3", "Options.Seed=3\nOptions.Sneed=1", "Sneed is 1 in the file and not there in these options" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_state_that_lies_with_the_right_checksum_is_refused(string truth, string lie, string message)
    {
        byte[] state = SmallState();
        int length = BitConverter.ToInt32(state, 12);
        string text = Encoding.UTF8.GetString(state, 16, length);
        Assert.Contains(truth, text, StringComparison.Ordinal);
        byte[] lying = Encoding.UTF8.GetBytes(text.Replace(truth, lie, StringComparison.Ordinal));
        using var file = new MemoryStream();
        var header = new ChecksummedStream(file);
        header.Write(state.AsSpan(0, 12));
        header.Write(BitConverter.GetBytes(lying.Length));
        header.Write(lying);
        file.Write(BitConverter.GetBytes(header.Checksum));
        file.Write(state.AsSpan(16 + length + 4));
        File.WriteAllBytes(Path, file.ToArray());
        using Trainer trainer = TestTrainer.Create(SmallOptions);
        Assert.Contains(message, Assert.Throws<CheckpointException>(() => trainer.ResumeState(Path)).Message, StringComparison.Ordinal);
        using Trainer untouched = TestTrainer.Create(SmallOptions);
        Assert.Equal(TestTrainer.Saved(untouched), TestTrainer.Saved(trainer));
    }

    [Fact]
    public void Files_of_other_kinds_are_no_states()
    {
        using Trainer trainer = TestTrainer.Create(SmallOptions);
        foreach (byte[] file in (byte[][])[[1], [.. "{}"u8], new byte[1000], File.ReadAllBytes(TrainedModels.Path("bart"))])
        {
            File.WriteAllBytes(Path, file);
            Assert.Equal($"The state of training '{Path}' is no state of training: it does not begin as one. Resume from another state, or begin anew.", Assert.Throws<CheckpointException>(() => trainer.ResumeState(Path)).Message);
        }

        Assert.Throws<UnauthorizedAccessException>(() => trainer.ResumeState(_folder));
    }

    /// <summary>A file that has no more room, as a disk that is full: on Linux a file system in memory of a few megabytes, where this process may make one.</summary>
    [Fact]
    public async Task A_full_disk_leaves_the_state_and_the_model_that_were_there()
    {
        string disk = System.IO.Path.Combine(_folder, "disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=8m", "none", disk), "This process may not mount a small disk.");
        try
        {
            string state = System.IO.Path.Combine(disk, "run.state"), model = System.IO.Path.Combine(disk, "model.safetensors");
            using Trainer trainer = TestTrainer.Create(Options);
            trainer.SaveState(state);
            byte[] savedState = File.ReadAllBytes(state);
            File.WriteAllText(model, "old");
            File.WriteAllBytes(System.IO.Path.Combine(disk, "fill"), new byte[(8 << 20) - savedState.Length - 16384]);
            await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(10));
            Assert.StartsWith($"The state of training '{state}' cannot be written: ", Assert.ThrowsAny<IOException>(() => trainer.SaveState(state)).Message, StringComparison.Ordinal);
            Assert.StartsWith($"The checkpoint '{model}' cannot be written: ", Assert.ThrowsAny<IOException>(() => trainer.Save(model)).Message, StringComparison.Ordinal);
            Assert.Equal(savedState, File.ReadAllBytes(state));
            Assert.Equal("old", File.ReadAllText(model));
            Assert.Equal(["fill", "model.safetensors", "run.state"], Directory.GetFiles(disk).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal));

            // And the trainer goes on.
            File.Delete(System.IO.Path.Combine(disk, "fill"));
            trainer.SaveState(state);
            Assert.NotEqual(savedState, File.ReadAllBytes(state));
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private static TrainingOptions SmallOptions => Options with { Optimizer = new Sgd { Momentum = 0 } };

    private byte[] SmallState()
    {
        Save(SmallOptions);
        return File.ReadAllBytes(Path);
    }

    private void Save(TrainingOptions options)
    {
        using Trainer trainer = TestTrainer.Create(options);
        trainer.SaveState(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
