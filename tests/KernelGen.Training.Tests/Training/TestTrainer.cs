using System.Runtime.CompilerServices;
using KernelGen.Execution;
using KernelGen.Training.Tests.Declarations;

namespace KernelGen.Training.Tests.Training;

/// <summary>A trainer of a small model with a fake engine, and pairs for it.</summary>
internal static class TestTrainer
{
    public static ModelDescription Model => OddVanilla.Description;

    /// <summary>Random pairs with targets of 2 to 8 tokens, most of them without an end token.</summary>
    public static TokenPair[] Pairs(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new TokenPair(Tokens(random, 7, Model.SourceVocabularySize), Tokens(random, 8, Model.TargetVocabularySize)))];
    }

    public static Trainer Create(TrainingOptions options, Action<FakeEngine>? configure = null) => Trainer.Create(Model, options, (parameters, _, _) =>
    {
        var engine = new FakeEngine(parameters);
        configure?.Invoke(engine);
        return engine;
    });

    /// <summary>Trains to the end.</summary>
    public static Task<List<TrainingReport>> RunAsync(Trainer trainer, IEnumerable<TokenPair> pairs, IEnumerable<TokenPair>? validation = null) =>
        ListAsync(trainer.TrainAsync(pairs, validation));

    /// <summary>Trains a model whose source is audio to the end.</summary>
    [OverloadResolutionPriority(-1)]
    public static Task<List<TrainingReport>> RunAsync(Trainer trainer, IEnumerable<SpeechPair> pairs, IEnumerable<SpeechPair>? validation = null) =>
        ListAsync(trainer.TrainAsync(pairs, validation));

    /// <summary>Random pairs of frames and tokens, of different lengths.</summary>
    public static SpeechPair[] SpeechPairs(ModelDescription model, int count)
    {
        var random = new Random(5);
        return
        [
            .. Enumerable.Range(0, count).Select(_ => new SpeechPair(
                [.. Enumerable.Range(0, model.SourceChannels * random.Next(1, Math.Min(19, 2 * model.MaxSourceLength))).Select(_ => (float)((2 * random.NextDouble()) - 1))],
                [.. Enumerable.Range(0, random.Next(1, Math.Min(9, model.MaxTargetLength - 1))).Select(_ => random.Next(model.TargetVocabularySize))])),
        ];
    }

    /// <summary>What a trainer saves, as bytes.</summary>
    public static byte[] Saved(Trainer trainer)
    {
        using var stream = new MemoryStream();
        trainer.Save(stream);
        return stream.ToArray();
    }

    public static async IAsyncEnumerable<T> Asynchronous<T>(IEnumerable<T> pairs)
    {
        foreach (T pair in pairs)
        {
            await Task.Yield();
            yield return pair;
        }
    }

    private static async Task<List<TrainingReport>> ListAsync(IAsyncEnumerable<TrainingReport> training)
    {
        var reports = new List<TrainingReport>();
        await foreach (TrainingReport report in training)
        {
            reports.Add(report);
        }

        return reports;
    }

    private static int[] Tokens(Random random, int longest, int vocabulary) => [.. Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => random.Next(3, vocabulary))];
}
