using KernelGen.Text;

namespace KernelGen.Samples.TrainTranslator;

/// <summary>Translates sentences with a model, and scores it.</summary>
/// <param name="source">The vocabulary of Chinese.</param>
/// <param name="target">The vocabulary of English.</param>
internal sealed class Translation(SentencePieceTokenizer source, SentencePieceTokenizer target)
{
    /// <summary>Sentences that are translated at once.</summary>
    private const int Batch = 128;

    /// <summary>The BLEU score of a model's greedy translations.</summary>
    public double Score(Translator model, IReadOnlyList<(string Source, string Target)> sentences, CancellationToken cancellationToken)
    {
        List<string> translations = [];
        using var generator = new TextGenerator(model, source, target);
        foreach ((string Source, string Target)[] some in sentences.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            translations.AddRange(generator.Generate(Array.ConvertAll(some, static sentence => sentence.Source)).Select(static result => result.Text));
        }

        return BleuScore.OfCorpus(translations, [.. sentences.Select(static sentence => sentence.Target)]).Score;
    }
}
