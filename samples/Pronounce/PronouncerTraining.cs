using KernelGen.Samples.Training;
using KernelGen.Training;

namespace KernelGen.Samples.Pronounce;

/// <summary>How the model is made from the dictionary. It is chosen by the words of dev.tsv; those of test.tsv are for the end.</summary>
internal static class PronouncerTraining
{
    private const int PairsOfStep = 64;

    /// <summary>Trains to the end, or goes on where a run was interrupted.</summary>
    /// <param name="dictionary">The folder with train.tsv and dev.tsv.</param>
    /// <param name="from">The weights to begin with, which then learn slowly; <see langword="null"/> for random ones.</param>
    /// <param name="output">The folder that the model, the state and the log are written to.</param>
    /// <param name="epochs">How often every word is seen.</param>
    /// <param name="threads">Threads that share the work.</param>
    /// <param name="error">Where progress is told.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <returns>The share of the words of dev.tsv that the best model pronounces wrongly, and its file.</returns>
    public static async Task<(double Wrong, string Model)> RunAsync(
        string dictionary, string? from, string output, int epochs, int threads, TextWriter error, CancellationToken cancellationToken)
    {
        var train = PronunciationDictionary.Read(Path.Combine(dictionary, "train.tsv"));
        TokenPair[] pairs = Pairs(train);
        var dev = PronunciationDictionary.Read(Path.Combine(dictionary, "dev.tsv"));
        if (from is null)
        {
            dev = Unseen(dev, train);
        }

        long steps = Math.Max(epochs, (long)epochs * pairs.Length / PairsOfStep);
        using Trainer trainer = Pronouncer.CreateTrainer(Options(steps, threads, dev, isTuning: from is not null));
        if (from is not null)
        {
            trainer.Load(from);
        }

        var run = new TrainingRun(output, "% of words wrong", error);
        await run.RunAsync(trainer, steps, pairs, Pairs(dev), cancellationToken).ConfigureAwait(false);
        using var model = Pronouncer.Load(run.ModelPath);
        return (WordErrors.Of(model, dev, Search.Options, cancellationToken), run.ModelPath);
    }

    private static TrainingOptions Options(long steps, int threads, PronunciationDictionary dev, bool isTuning) => new()
    {
        Seed = 1,
        Dropout = 0.1,
        AttentionDropout = 0,
        ActivationDropout = 0,
        LabelSmoothing = 0.1,
        TokensPerBatch = 8 * PairsOfStep,
        Threads = threads,
        Optimizer = new AdamW { Beta2 = 0.98, WeightDecay = 0.01 },
        LearningRate = LearningRate.Linear(peak: isTuning ? 2e-4 : 5e-4, steps, warmup: Math.Min(1000, steps / 10)),
        MaxGradientNorm = 1,
        ExponentialAverage = isTuning ? null : 0.9995,
        MaxSteps = steps,
        ReportEvery = 100,
        ValidateEvery = 850,
        EarlyStopping = new EarlyStoppingRule { Patience = int.MaxValue, Metric = (trainer, cancellationToken) => ValueTask.FromResult(PercentWrong(trainer, dev, cancellationToken)) },
    };

    /// <summary>The words that the model pronounces wrongly by greedy search, which is faster than beam search and nearly as good.</summary>
    private static double PercentWrong(Trainer trainer, PronunciationDictionary dev, CancellationToken cancellationToken)
    {
        using var model = Pronouncer.Load(TrainingRun.Weights(trainer));
        return 100 * WordErrors.Of(model, dev, new GenerationOptions(), cancellationToken);
    }

    /// <summary>Validation that says something: without the words that are learned, of which the dictionary's dev.tsv has some. Where it has no others, all of it.</summary>
    private static PronunciationDictionary Unseen(PronunciationDictionary dev, PronunciationDictionary train)
    {
        var unseen = PronunciationDictionary.Of(dev.Lines.Where(line => !train.Pronunciations.ContainsKey(line.Word)));
        return unseen.Lines.Count > 0 ? unseen : dev;
    }

    private static TokenPair[] Pairs(PronunciationDictionary dictionary) =>
        [.. dictionary.Lines.Select(static line => new TokenPair(Letters.Encode(line.Word), Phonemes.Encode(line.Pronunciation)))];
}
