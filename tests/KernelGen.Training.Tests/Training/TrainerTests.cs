using KernelGen.Checkpoints;
using KernelGen.Tests.Reference;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-training-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TrainingOptions Options => new() { Seed = 3, TokensPerBatch = 40, ReportEvery = 5, Epochs = 2, Dropout = 0.1, LearningRate = LearningRate.Constant(0.01, 3) };

    [Fact]
    public async Task Training_reports_steps_and_epochs_and_why_it_ends()
    {
        TokenPair[] pairs = TestTrainer.Pairs(100);
        using Trainer trainer = TestTrainer.Create(Options);
        List<TrainingReport> reports = await TestTrainer.RunAsync(trainer, pairs);
        long steps = reports[^1].Step;
        Assert.Equal(trainer.Step, steps);
        Assert.Equal(TrainingEnd.Epochs, reports[^1].End);
        Assert.All(reports[..^1], static report => Assert.Null(report.End));
        Assert.All(reports, static report =>
        {
            Assert.InRange(report.Loss, 0.5, 3);
            Assert.True(report.GradientNorm > 0 && report.TokensPerSecond > 0);
            Assert.Equal(0, report.SkippedSteps);
            Assert.Null(report.Validation);
            Assert.NotNull(report.Remaining);
        });

        // Every fifth step, and the last of each epoch.
        Assert.Equal([.. Enumerable.Range(1, (int)steps).Where(step => step % 5 == 0 || step == steps / 2 || step == steps).Select(static step => (long)step)], reports.Select(static report => report.Step));
        Assert.Equal(reports.Select(report => report.Step <= steps / 2 ? 1L : 2L), reports.Select(static report => report.Epoch));
        Assert.Equal(0.01, reports[^1].LearningRate);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.Empty(await TestTrainer.RunAsync(trainer, pairs));
    }

    [Fact]
    public async Task Training_ends_after_so_many_steps()
    {
        using Trainer trainer = TestTrainer.Create(Options with { MaxSteps = 7, Epochs = null });
        List<TrainingReport> reports = await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(100));
        Assert.Equal([5, 7], reports.Select(static report => report.Step));
        Assert.Equal(TrainingEnd.Steps, reports[^1].End);
        Assert.Equal(7, trainer.Step);
    }

    [Fact]
    public async Task Each_batch_is_given_what_the_options_say()
    {
        var passes = new List<TrainingPass>();
        var tokens = new List<int>();
        using Trainer trainer = TestTrainer.Create(Options with { GradientAccumulation = 3, MaxSteps = 4, Epochs = null, LabelSmoothing = 0.25, AttentionDropout = 0 }, engine => engine.OnBatch = (batch, pass) =>
        {
            passes.Add(pass);
            tokens.Add(batch.Labels.Length);
        });
        await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(200));
        Assert.Equal(12, passes.Count);
        for (int i = 0; i < passes.Count; i++)
        {
            Assert.Equal(i % 3 > 0, passes[i].Accumulates);
            Assert.Equal(1f / tokens.Skip(i / 3 * 3).Take(3).Sum(), passes[i].GradientScale);
            Assert.Equal(0.25f, passes[i].LabelSmoothing);
            Assert.Equal((0.1f, 0f, 0.1f), (passes[i].Dropout.Hidden, passes[i].Dropout.Attention, passes[i].Dropout.Activation));
        }

        Assert.Equal(12, passes.Select(static pass => pass.Dropout.Key).Distinct().Count());
    }

    [Fact]
    public async Task The_last_step_takes_the_batches_that_are_left()
    {
        int batches = 0;
        using Trainer one = TestTrainer.Create(Options with { Epochs = 1 }, engine => engine.OnBatch = (_, _) => batches++);
        await TestTrainer.RunAsync(one, TestTrainer.Pairs(100));
        int all = batches;
        batches = 0;
        using Trainer some = TestTrainer.Create(Options with { Epochs = 1, GradientAccumulation = 5 }, engine => engine.OnBatch = (_, _) => batches++);
        await TestTrainer.RunAsync(some, TestTrainer.Pairs(100));
        Assert.NotEqual(0, all % 5);
        Assert.Equal(all, batches);
        Assert.Equal((all + 4) / 5, some.Step);
    }

    [Fact]
    public async Task Families_that_descend_from_fairseq_do_not_drop_attention_and_activations_unless_they_are_told_to()
    {
        foreach ((double? asked, float expected) in ((double?, float)[])[(null, 0f), (0.5, 0.5f)])
        {
            Dropout found = default;
            using var trainer = Trainer.Create(TwoVocabularies.Description, Options with { MaxSteps = 1, AttentionDropout = asked, ActivationDropout = asked }, (parameters, _, _) => new FakeEngine(parameters)
            {
                OnBatch = (_, pass) => found = pass.Dropout,
            });
            await TestTrainer.RunAsync(trainer, [new([5, 6], [7, 8])]);
            Assert.Equal((0.1f, expected, expected), (found.Hidden, found.Attention, found.Activation));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Weights_have_the_same_bits_with_any_number_of_threads(int threads)
    {
        using Trainer trainer = TestTrainer.Create(Options with { Threads = threads, MaxGradientNorm = 0.5, Optimizer = new AdamW() });
        await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(60));
        using Trainer other = TestTrainer.Create(Options with { MaxGradientNorm = 0.5, Optimizer = new AdamW() });
        await TestTrainer.RunAsync(other, TestTrainer.Pairs(60));
        Assert.Equal(TestTrainer.Saved(other), TestTrainer.Saved(trainer));
    }

    [Fact]
    public async Task Pairs_that_come_asynchronously_train_alike()
    {
        TokenPair[] pairs = TestTrainer.Pairs(50);
        using Trainer trainer = TestTrainer.Create(Options);
        await foreach (TrainingReport _ in trainer.TrainAsync(TestTrainer.Asynchronous(pairs)))
        {
        }

        using Trainer other = TestTrainer.Create(Options);
        await TestTrainer.RunAsync(other, pairs);
        Assert.Equal(TestTrainer.Saved(other), TestTrainer.Saved(trainer));
    }

    [Fact]
    public async Task The_seed_decides()
    {
        byte[][] saved = [await TrainedAsync(1), await TrainedAsync(1), await TrainedAsync(2)];
        Assert.Equal(saved[0], saved[1]);
        Assert.NotEqual(saved[0], saved[2]);

        async Task<byte[]> TrainedAsync(long seed)
        {
            using Trainer trainer = TestTrainer.Create(Options with { Seed = seed });
            await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(50));
            return TestTrainer.Saved(trainer);
        }
    }

    [Fact]
    public async Task Nothing_is_allocated_in_a_step_once_all_is_warm()
    {
        TokenPair[] pairs = TestTrainer.Pairs(3000);
        var allocated = new List<long>();
        var options = new TrainingOptions
        {
            TokensPerBatch = 40,
            GradientAccumulation = 2,
            ReportEvery = 1000,
            MaxSteps = 200,
            ExponentialAverage = 0.9,
            MaxGradientNorm = 1,
            Dropout = 0.1,
            Optimizer = new AdamW(),
            LearningRate = LearningRate.Cosine(1e-3, 100, 10),
        };
        allocated.EnsureCapacity(1000);
        using Trainer trainer = TestTrainer.Create(options, engine => engine.OnBatch = (_, _) => allocated.Add(GC.GetAllocatedBytesForCurrentThread()));
        await TestTrainer.RunAsync(trainer, pairs);

        // From batch to batch, within the window and between two reports.
        Assert.All(Enumerable.Range(100, 200), batch => Assert.Equal(allocated[batch], allocated[batch + 1]));
    }

    [Fact]
    public async Task A_checkpoint_can_be_trained_on()
    {
        using var checkpoint = TensorFile.Write(RandomCheckpoint.Create(TestTrainer.Model, seed: 9));
        using Trainer trainer = TestTrainer.Create(Options with { MaxSteps = 1 });
        trainer.Load(checkpoint);
        byte[] before = TestTrainer.Saved(trainer);
        await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(10));
        byte[] after = TestTrainer.Saved(trainer);
        Assert.NotEqual(before, after);

        string path = Path.Combine(_folder, "model.safetensors");
        trainer.Save(path);
        Assert.Equal(after, File.ReadAllBytes(path));
        trainer.Load(path);
        Assert.Equal(0, trainer.Step);
        Assert.Equal(after, TestTrainer.Saved(trainer));
        trainer.Load(_folder);
        Assert.Equal(after, TestTrainer.Saved(trainer));
        Assert.Throws<CheckpointException>(() => trainer.Load(TrainedModels.Path("bart")));
        Assert.Equal(after, TestTrainer.Saved(trainer));
    }

    [Fact]
    public async Task Frozen_weights_stay_as_they_are()
    {
        using Trainer trainer = TestTrainer.Create(Options with { Frozen = ["encoder.*", "*.bias"], Optimizer = new AdamW { WeightDecay = 1 } });
        Dictionary<string, Tensor> before = Tensors(trainer);
        await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(40));
        foreach ((string name, Tensor tensor) in Tensors(trainer))
        {
            bool isFrozen = name.Contains("encoder.", StringComparison.Ordinal) || name.StartsWith("source", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal);
            Assert.True(isFrozen == tensor.Values.SequenceEqual(before[name].Values), name);
        }
    }

    [Fact]
    public void Evaluations_are_means_over_tokens_and_count_what_was_left_out()
    {
        TokenPair[] pairs = [.. TestTrainer.Pairs(30), new([], [3]), new([3], [])];
        using Trainer trainer = TestTrainer.Create(Options with { OnInvalidPair = InvalidPair.LeaveOut }, static engine => engine.EvaluatedLoss = static () => 0.5);
        Evaluation evaluation = trainer.Evaluate(pairs);
        long tokens = pairs.Take(30).Sum(static pair => pair.Target.Length + (pair.Target.Span[^1] == 2 ? 0 : 1));
        Assert.Equal(new Evaluation(0.5, 30.0 / tokens, tokens, 30, 2), evaluation);
        Assert.Equal(Math.Exp(0.5), evaluation.Perplexity);
        Assert.StartsWith("There are no pairs to evaluate.", Assert.Throws<ArgumentException>(() => trainer.Evaluate([])).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => trainer.Evaluate(pairs, new CancellationToken(canceled: true)));
        using Trainer strict = TestTrainer.Create(Options);
        Assert.StartsWith("Pair 30 has an empty source", Assert.Throws<ArgumentException>(() => strict.Evaluate(pairs)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => strict.Evaluate(pairs.Take(2).Select(pair => TestTrainer.Saved(strict).Length > 0 ? pair : pair)));
    }

    [Fact]
    public async Task Validation_is_evaluated_at_the_end_of_epochs_or_every_few_steps_and_at_the_end()
    {
        TokenPair[] validation = TestTrainer.Pairs(10, seed: 2);
        using Trainer trainer = TestTrainer.Create(Options);
        List<TrainingReport> reports = await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(100), validation);
        Assert.Equal([trainer.Step / 2, trainer.Step], reports.Where(static report => report.Validation is not null).Select(static report => report.Step));
        Assert.Equal(trainer.Evaluate(validation), reports[^1].Validation);

        using Trainer often = TestTrainer.Create(Options with { ValidateEvery = 4, MaxSteps = 10 });
        reports = await TestTrainer.RunAsync(often, TestTrainer.Pairs(100), validation);
        Assert.Equal([4, 8, 10], reports.Where(static report => report.Validation is not null).Select(static report => report.Step));
    }

    [Fact]
    public async Task Training_stops_early_where_validation_does_not_become_better()
    {
        double[] losses = [5, 4, 4.05, 3.5, 3.6, double.NaN, 3.45, 2, 1];
        int next = 0;
        using Trainer trainer = TestTrainer.Create(
            Options with { Epochs = null, ValidateEvery = 2, EarlyStopping = new EarlyStoppingRule { Patience = 3, LeastGain = 0.1 } }, engine => engine.EvaluatedLoss = () => losses[next++]);
        List<TrainingReport> reports = await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(50), TestTrainer.Pairs(1));
        TrainingReport[] validated = [.. reports.Where(static report => report.Validation is not null)];
        Assert.Equal([true, true, false, true, false, false, false], validated.Select(static report => report.IsBest));
        Assert.Equal(TrainingEnd.EarlyStopping, validated[^1].End);
        Assert.Equal(14, trainer.Step);
    }

    [Fact]
    public async Task What_is_judged_by_something_else_after_an_interruption_begins_without_a_best()
    {
        string state = Path.Combine(_folder, "run.state");
        TrainingOptions byLoss = Options with { Epochs = null, MaxSteps = 2, ValidateEvery = 2 };
        using (Trainer first = TestTrainer.Create(byLoss, static engine => engine.EvaluatedLoss = static () => 0.5))
        {
            Assert.True((await TestTrainer.RunAsync(first, TestTrainer.Pairs(50), TestTrainer.Pairs(1)))[^1].IsBest);
            first.SaveState(state);
        }

        Assert.False(await GoOnAsync(byLoss with { MaxSteps = 4 }));
        Assert.True(await GoOnAsync(byLoss with { MaxSteps = 4, EarlyStopping = new EarlyStoppingRule { Metric = static (_, _) => ValueTask.FromResult(40.0) } }));

        async Task<bool> GoOnAsync(TrainingOptions options)
        {
            using Trainer trainer = TestTrainer.Create(options, static engine => engine.EvaluatedLoss = static () => 0.6);
            trainer.ResumeState(state);
            return (await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(50), TestTrainer.Pairs(1)))[^1].IsBest;
        }
    }

    [Fact]
    public async Task A_metric_of_the_user_decides_and_may_use_the_trainer()
    {
        double[] values = [1, 3, 2, 2.5, 2.9];
        int next = 0;
        using Trainer trainer = TestTrainer.Create(Options with
        {
            Epochs = null,
            ValidateEvery = 1,
            EarlyStopping = new EarlyStoppingRule { Patience = 2, IsHigherBetter = true, Metric = MetricAsync },
        });
        List<TrainingReport> reports = await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(50));
        TrainingReport[] measured = [.. reports.Where(static report => report.Metric is not null)];
        Assert.Equal([1, 3, 2, 2.5], measured.Select(static report => report.Metric!.Value));
        Assert.Equal([true, true, false, false], measured.Select(static report => report.IsBest));
        Assert.Equal(TrainingEnd.EarlyStopping, measured[^1].End);

        async ValueTask<double> MetricAsync(Trainer given, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Assert.NotEmpty(TestTrainer.Saved(given));
            return values[next++];
        }
    }

    [Fact]
    public void Early_stopping_needs_something_to_go_by()
    {
        using Trainer trainer = TestTrainer.Create(Options with { EarlyStopping = new EarlyStoppingRule() });
        Assert.StartsWith("EarlyStopping goes by the loss of validation pairs, and there are none.", Assert.Throws<ArgumentException>(() => trainer.TrainAsync(TestTrainer.Pairs(3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Averages_are_what_is_evaluated_and_saved_and_training_goes_on_without_them()
    {
        TokenPair[] pairs = TestTrainer.Pairs(60);
        using Trainer plain = TestTrainer.Create(Options with { MaxSteps = 9 });
        await TestTrainer.RunAsync(plain, pairs);
        using Trainer exponential = TestTrainer.Create(Options with { MaxSteps = 9, ExponentialAverage = 0.5 });
        using Trainer last = TestTrainer.Create(Options with { MaxSteps = 9, AverageLast = 3, AverageEvery = 1 });
        foreach (Trainer trainer in (Trainer[])[exponential, last])
        {
            // Evaluating and saving at every step changes nothing.
            await foreach (TrainingReport report in trainer.TrainAsync(pairs, pairs))
            {
                Assert.Equal(TestTrainer.Saved(trainer), TestTrainer.Saved(trainer));
            }

            Assert.NotEqual(TestTrainer.Saved(plain), TestTrainer.Saved(trainer));
            Assert.NotEqual(plain.Evaluate(pairs), trainer.Evaluate(pairs));
        }

        // The mean of the last three steps, made by hand.
        var steps = new List<Dictionary<string, Tensor>>();
        using Trainer slow = TestTrainer.Create(Options with { MaxSteps = 9, ReportEvery = 1 });
        await foreach (TrainingReport report in slow.TrainAsync(pairs))
        {
            steps.Add(Tensors(slow));
        }

        foreach ((string name, Tensor tensor) in Tensors(last))
        {
            float[] expected = [.. tensor.Values.Select((_, i) => (float)(((double)steps[8][name].Values[i] + steps[6][name].Values[i] + steps[7][name].Values[i]) / 3))];
            Assert.Equal(expected, tensor.Values);
        }
    }

    [Theory]
    [InlineData(double.NaN, "In step 4 the loss is NaN. The weights are those of step 3.")]
    [InlineData(double.PositiveInfinity, "In step 4 the loss is infinite. The weights are those of step 3.")]
    public async Task A_loss_that_is_not_finite_stops_training_with_the_weights_before_it(double value, string message)
    {
        int batches = 0;
        byte[] before = [];
        using Trainer trainer = TestTrainer.Create(Options with { ReportEvery = 1 }, engine => engine.Loss = loss => ++batches == 4 ? value : loss);
        NonFiniteException problem = await Assert.ThrowsAsync<NonFiniteException>(async () =>
        {
            await foreach (TrainingReport report in trainer.TrainAsync(TestTrainer.Pairs(100)))
            {
                before = TestTrainer.Saved(trainer);
            }
        });
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Null(problem.WeightsName);
        Assert.Equal(before, TestTrainer.Saved(trainer));
    }

    [Fact]
    public async Task A_gradient_that_is_not_finite_is_named()
    {
        using Trainer trainer = TestTrainer.Create(Options, static engine => engine.OnGradients = static parameters => SetInfinite(parameters, "decoder.1.feed_forward.expand.weight"));
        NonFiniteException problem = await Assert.ThrowsAsync<NonFiniteException>(() => TestTrainer.RunAsync(trainer, TestTrainer.Pairs(10)));
        Assert.Equal("decoder.1.feed_forward.expand.weight", problem.WeightsName);
        Assert.StartsWith("In step 1 the gradient of 'decoder.1.feed_forward.expand.weight' is not finite. The weights are those of step 0.", problem.Message, StringComparison.Ordinal);
        using Trainer untouched = TestTrainer.Create(Options);
        Assert.Equal(TestTrainer.Saved(untouched), TestTrainer.Saved(trainer));
    }

    [Fact]
    public async Task Steps_that_are_not_finite_can_be_left_out()
    {
        int batches = 0;
        var steps = new List<byte[]>();
        using Trainer trainer = TestTrainer.Create(Options with { ReportEvery = 1, OnNonFinite = NonFiniteStep.Skip, MaxSteps = 6, Epochs = null }, engine => engine.Loss = loss => ++batches % 2 == 0 ? double.NaN : loss);
        List<TrainingReport> reports = await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(200));
        Assert.Equal([1, 2, 3, 4, 5, 6], reports.Select(static report => report.Step));
        Assert.Equal(5, reports[^1].SkippedSteps);
        Assert.Equal(11, batches);
    }

    [Fact]
    public async Task A_hundred_steps_in_a_row_that_are_not_finite_are_no_accident()
    {
        using Trainer trainer = TestTrainer.Create(Options with { OnNonFinite = NonFiniteStep.Skip, Epochs = null }, static engine => engine.Loss = static _ => double.NaN);
        NonFiniteException problem = await Assert.ThrowsAsync<NonFiniteException>(() => TestTrainer.RunAsync(trainer, TestTrainer.Pairs(20)));
        Assert.StartsWith("100 steps in a row were left out after step 0: in the last the loss is NaN.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_training_leaves_the_weights_of_the_last_step_and_can_go_on()
    {
        TokenPair[] pairs = TestTrainer.Pairs(100);
        using Trainer uninterrupted = TestTrainer.Create(Options with { GradientAccumulation = 2 });
        await TestTrainer.RunAsync(uninterrupted, pairs);

        using var cancellation = new CancellationTokenSource();
        int batches = 0;
        using Trainer trainer = TestTrainer.Create(Options with { GradientAccumulation = 2 }, engine => engine.OnBatch = (_, _) =>
        {
            if (++batches == 7)
            {
                cancellation.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TrainingReport report in trainer.TrainAsync(pairs, cancellationToken: cancellation.Token))
            {
            }
        });
        Assert.Equal(3, trainer.Step);
        await TestTrainer.RunAsync(trainer, pairs);
        Assert.Equal(TestTrainer.Saved(uninterrupted), TestTrainer.Saved(trainer));
    }

    [Fact]
    public async Task A_trainer_that_is_disposed_while_it_trains_ends_the_enumeration()
    {
        FakeEngine? engine = null;
        using Trainer trainer = TestTrainer.Create(Options with { Epochs = null, ReportEvery = 1_000_000 }, made => engine = made);
        Task training = TestTrainer.RunAsync(trainer, TestTrainer.Pairs(100).Take(50).Append(TestTrainer.Pairs(1)[0]));
        while (trainer.Step < 20)
        {
            await Task.Delay(1);
        }

        trainer.Dispose();
        Assert.True(engine!.IsDisposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => training);
        Assert.Throws<ObjectDisposedException>(() => trainer.Save(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => trainer.Evaluate(TestTrainer.Pairs(1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => TestTrainer.RunAsync(trainer, TestTrainer.Pairs(1)));
        trainer.Dispose();
    }

    [Fact]
    public void A_trainer_that_is_disposed_by_what_it_reads_is_freed_when_it_has_read()
    {
        FakeEngine? engine = null;
        using Trainer trainer = TestTrainer.Create(Options, made => engine = made);
        Evaluation evaluation = trainer.Evaluate(TestTrainer.Pairs(5).Select(pair =>
        {
            trainer.Dispose();
            Assert.False(engine!.IsDisposed);
            return pair;
        }));
        Assert.Equal(5, evaluation.Pairs);
        Assert.True(engine!.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => trainer.Evaluate(TestTrainer.Pairs(5)));
    }

    [Fact]
    public async Task A_trainer_can_be_disposed_between_reports()
    {
        Trainer trainer = TestTrainer.Create(Options);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (TrainingReport report in trainer.TrainAsync(TestTrainer.Pairs(100)))
            {
                trainer.Dispose();
            }
        });
    }

    [Fact]
    public async Task Saving_from_another_thread_waits_for_the_step()
    {
        using Trainer trainer = TestTrainer.Create(Options with { Epochs = null, MaxSteps = 300, ReportEvery = 1_000_000 });
        Task training = TestTrainer.RunAsync(trainer, TestTrainer.Pairs(100));
        string path = Path.Combine(_folder, "run.state");
        int saved = 0;
        while (!training.IsCompleted)
        {
            trainer.SaveState(path);
            Assert.NotEmpty(TestTrainer.Saved(trainer));
            saved++;
        }

        await training;
        using Trainer other = TestTrainer.Create(Options with { Epochs = null, MaxSteps = 300, ReportEvery = 1_000_000 });
        await TestTrainer.RunAsync(other, TestTrainer.Pairs(100));
        Assert.Equal(TestTrainer.Saved(other), TestTrainer.Saved(trainer));
        Assert.True(saved > 0);
    }

    [Fact]
    public async Task One_trainer_trains_once_at_a_time()
    {
        TokenPair[] pairs = TestTrainer.Pairs(100);
        using Trainer trainer = TestTrainer.Create(Options);
        await foreach (TrainingReport report in trainer.TrainAsync(pairs))
        {
            Assert.StartsWith("This trainer trains already", (await Assert.ThrowsAsync<InvalidOperationException>(() => TestTrainer.RunAsync(trainer, pairs))).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => trainer.Load(TrainedModels.Path("bart")));
            Assert.Throws<InvalidOperationException>(() => trainer.Load(Stream.Null));
            Assert.Throws<InvalidOperationException>(() => trainer.ResumeState("none"));
            break;
        }

        Assert.NotEmpty(await TestTrainer.RunAsync(trainer, pairs));
    }

    [Fact]
    public async Task Exceptions_of_pairs_and_metrics_end_training_with_them()
    {
        using Trainer trainer = TestTrainer.Create(Options);
        await Assert.ThrowsAsync<FormatException>(() => TestTrainer.RunAsync(trainer, Failing()));
        Assert.NotEmpty(await TestTrainer.RunAsync(trainer, TestTrainer.Pairs(10)));

        using Trainer measured = TestTrainer.Create(Options with { EarlyStopping = new EarlyStoppingRule { Metric = static (_, _) => throw new FormatException() } });
        await Assert.ThrowsAsync<FormatException>(() => TestTrainer.RunAsync(measured, TestTrainer.Pairs(10)));

        static IEnumerable<TokenPair> Failing()
        {
            yield return TestTrainer.Pairs(1)[0];
            throw new FormatException();
        }
    }

    [Fact]
    public void Missing_arguments_are_refused_at_once()
    {
        using Trainer trainer = TestTrainer.Create(Options);
        Assert.Throws<ArgumentNullException>(() => trainer.TrainAsync((IEnumerable<TokenPair>)null!));
        Assert.Throws<ArgumentNullException>(() => trainer.TrainAsync((IAsyncEnumerable<TokenPair>)null!));
        Assert.Throws<ArgumentNullException>(() => trainer.Evaluate(null!));
        Assert.Throws<ArgumentNullException>(() => trainer.Save((string)null!));
        Assert.Throws<ArgumentException>(() => trainer.Save(""));
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Save("model.safetensors", TensorDataType.Other));
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Save(Stream.Null, (TensorDataType)17));
        Assert.Throws<ArgumentNullException>(() => trainer.SaveState(null!));
        Assert.Throws<ArgumentNullException>(() => trainer.ResumeState(null!));
        Assert.Throws<ArgumentNullException>(() => trainer.Load((Stream)null!));
        Assert.Throws<FileNotFoundException>(() => trainer.ResumeState(Path.Combine(_folder, "none")));
        Assert.Throws<ArgumentNullException>(() => TestTrainer.Create(null!));
    }

    private static unsafe void SetInfinite(TrainingParameters parameters, string name) =>
        parameters.GradientBlock[parameters.Ranges.Single(range => range.Name == name).Offset + 16] = float.NegativeInfinity;

    private static Dictionary<string, Tensor> Tensors(Trainer trainer)
    {
        string path = Path.GetTempFileName();
        trainer.Save(path);
        Dictionary<string, Tensor> tensors = TensorFile.Read(path);
        File.Delete(path);
        return tensors;
    }
}
