using KernelGen.Samples.Training;
using KernelGen.Text;
using KernelGen.Training;

namespace KernelGen.Samples.TrainTranslator;

/// <summary>How the model is made from sentences. All of it was chosen by the sentences of dev.tsv.</summary>
internal static class TranslatorTraining
{
    /// <summary>Trains to the end, or goes on where a run was interrupted.</summary>
    /// <param name="data">The folder with train.tsv and dev.tsv.</param>
    /// <param name="output">The folder that the model, its vocabularies, the state and the log are written to.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="threads">Threads that share the work.</param>
    /// <param name="error">Where progress is told.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <returns>The BLEU score of the best model on dev.tsv, by greedy search.</returns>
    public static async Task<double> RunAsync(string data, string output, long steps, int threads, TextWriter error, CancellationToken cancellationToken)
    {
        List<(string Source, string Target)> sentences = SentencePairs.Read(data);
        (string Source, string Target)[] dev = [.. TextPairs.ReadLines(Path.Combine(data, "dev.tsv"))];
        Directory.CreateDirectory(output);
        (SentencePieceTokenizer source, SentencePieceTokenizer target) = Vocabularies.Make(sentences, output);
        Translation translation = new(source, target);
        using Trainer trainer = Translator.CreateTrainer(new TrainingOptions
        {
            Seed = 1,
            Dropout = 0.3,
            LabelSmoothing = 0.1,
            TokensPerBatch = 2048,
            Threads = threads,
            Optimizer = new Adam { Beta2 = 0.98 },
            LearningRate = LearningRate.InverseSquareRoot(peak: 1.2e-3, warmup: Math.Min(1_000, (steps / 5) + 1)),
            MaxGradientNorm = 1,
            ExponentialAverage = 0.999,
            MaxSteps = steps,
            ReportEvery = 20,
            ValidateEvery = 200,
            OnInvalidPair = InvalidPair.LeaveOut,
            EarlyStopping = new EarlyStoppingRule
            {
                Patience = int.MaxValue,
                IsHigherBetter = true,
                Metric = (trainer, cancellationToken) => ValueTask.FromResult(Score(trainer, translation, dev, cancellationToken)),
            },
        });
        var run = new TrainingRun(output, "BLEU", error);
        await run.RunAsync(trainer, steps, [.. Encode(SentencePairs.WithDoubles(sentences), source, target)], [.. Encode(dev, source, target)], cancellationToken).ConfigureAwait(false);
        using var model = Translator.Load(run.ModelPath);
        return translation.Score(model, dev, cancellationToken);
    }

    private static double Score(Trainer trainer, Translation translation, (string Source, string Target)[] dev, CancellationToken cancellationToken)
    {
        using var model = Translator.Load(TrainingRun.Weights(trainer));
        return translation.Score(model, dev, cancellationToken);
    }

    private static IEnumerable<TokenPair> Encode(IEnumerable<(string Source, string Target)> sentences, ITokenizer source, ITokenizer target) =>
        TextPairs.Encode(sentences, source, target);
}
