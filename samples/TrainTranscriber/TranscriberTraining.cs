using KernelGen.Samples.Training;
using KernelGen.Training;

namespace KernelGen.Samples.TrainTranscriber;

/// <summary>How the model is made of recordings. All of it was chosen by recordings of the voices that are learned from.</summary>
internal static class TranscriberTraining
{
    /// <summary>How many examples are made of each recording that is learned from.</summary>
    private const int TimesLearned = 4;

    /// <summary>Of so many recordings that are learned from there is one to validate with...</summary>
    private const int LearnedOfValidated = 60;

    /// <summary>... and one to test with.</summary>
    private const int LearnedOfTested = 15;

    /// <summary>Trains to the end, or goes on where a run was interrupted.</summary>
    /// <param name="data">The folder of the recordings; they are made where they are not there.</param>
    /// <param name="output">The folder that the model, what stands beside it, the state and the log are written to.</param>
    /// <param name="count">How many recordings are learned from.</param>
    /// <param name="wav">A folder for the recordings that the model is tested with, to be listened to; or <see langword="null"/>.</param>
    /// <param name="from">Weights that a new run begins with; <see langword="null"/> for random ones.</param>
    /// <param name="rate">The highest learning rate.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="threads">Threads that share the work.</param>
    /// <param name="error">Where progress is told.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <returns>The recordings that the best model is tested with, and what it heard.</returns>
    public static async Task<WordErrors> RunAsync(
        string data, string output, int count, string? wav, string? from, double rate, long steps, int threads, TextWriter error, CancellationToken cancellationToken)
    {
        IReadOnlyList<Recording> learned = Recordings.ToLearn(data, count, error, cancellationToken);
        IReadOnlyList<Recording> validated = Recordings.ToValidate(data, learned, 1 + (count / LearnedOfValidated), error, cancellationToken);
        IReadOnlyList<Recording> tested = Recordings.ToTest(data, learned, 1 + (count / LearnedOfTested), error, cancellationToken);
        if (wav is not null)
        {
            WavFiles.Write(wav, tested);
        }

        Directory.CreateDirectory(output);
        Vocabulary.Write(output);
        using Trainer trainer = CommandWhisper.CreateTrainer(new TrainingOptions
        {
            Seed = 1,
            Dropout = 0.02,
            LabelSmoothing = 0.05,
            TokensPerBatch = 1_600,
            Threads = threads,
            Optimizer = new AdamW { Beta2 = 0.98 },
            LearningRate = LearningRate.Linear(peak: rate, steps: steps, warmup: Math.Min(500, (steps / 10) + 1)),
            MaxGradientNorm = 1,
            ExponentialAverage = 0.995,
            MaxSteps = steps,
            ReportEvery = 20,
            ValidateEvery = 500,
            ShuffleWindow = 2_048,
            EarlyStopping = new EarlyStoppingRule
            {
                Patience = int.MaxValue,
                Metric = (trainer, cancellationToken) => ValueTask.FromResult(Score(trainer, output, validated, cancellationToken)),
            },
        });
        if (from is not null)
        {
            trainer.Load(from);
        }

        var run = new TrainingRun(output, "wrong words %", error);
        await run.RunAsync(trainer, steps, Listening.ToLearn(learned, TimesLearned), [.. Listening.ToLearn(validated, times: 1)], cancellationToken).ConfigureAwait(false);
        using var model = CommandWhisper.Load(run.ModelPath);
        return WordErrors.Of(model, output, tested, cancellationToken);
    }

    private static double Score(Trainer trainer, string folder, IReadOnlyList<Recording> recordings, CancellationToken cancellationToken)
    {
        using var model = CommandWhisper.Load(TrainingRun.Weights(trainer));
        return 100 * WordErrors.Of(model, folder, recordings, cancellationToken).Rate;
    }
}
