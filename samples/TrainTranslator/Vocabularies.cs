using KernelGen.Text;

namespace KernelGen.Samples.TrainTranslator;

/// <summary>
/// The vocabularies of the model, made from the sentences that it learns. Chinese: a token is a character; traditional ones become simplified ones, and spaces
/// nothing, by the model's own rules of normalisation. English: byte pair encoding.
/// </summary>
internal static class Vocabularies
{
    /// <summary>The files, in the folder of the model.</summary>
    public const string SourceName = "source.spm", TargetName = "target.spm";

    /// <summary>Makes both and saves them.</summary>
    /// <param name="sentences">Chinese sentences with their English translations.</param>
    /// <param name="folder">The folder, which is there.</param>
    public static (SentencePieceTokenizer Source, SentencePieceTokenizer Target) Make(IReadOnlyList<(string Source, string Target)> sentences, string folder)
    {
        var model = Translator.Description;
        TrainedSentencePieceModel source = SentencePieceTrainer.Train(sentences.Select(static sentence => sentence.Source), new SentencePieceTrainingOptions
        {
            // The rarest characters are unknown, so that the model learns what an unknown one is.
            Kind = SentencePieceKind.Character,
            VocabularySize = model.SourceVocabularySize,
            CharacterCoverage = 1,
            AddDummyPrefix = false,
            NormalizationRules = Rules(),
            PadToken = model.PadToken,
            StartToken = model.StartToken,
            StartPiece = "<sos>",
            EndToken = model.EndToken,
            EndPiece = "<eos>",
            UnknownToken = 3,
        });
        TrainedSentencePieceModel target = SentencePieceTrainer.Train(sentences.Select(static sentence => sentence.Target), new SentencePieceTrainingOptions
        {
            Kind = SentencePieceKind.Bpe,
            VocabularySize = model.TargetVocabularySize,
            PadToken = model.PadToken,
            StartToken = model.StartToken,
            StartPiece = "<sos>",
            EndToken = model.EndToken,
            EndPiece = "<eos>",
            UnknownToken = 3,
        });
        source.Save(Path.Combine(folder, SourceName));
        target.Save(Path.Combine(folder, TargetName));
        return (source.CreateTokenizer(), target.CreateTokenizer());
    }

    /// <summary>What is written otherwise before it is cut. The characters are those of ICU's transform "Traditional-Simplified".</summary>
    private static Dictionary<string, string> Rules()
    {
        using var reader = new StreamReader(typeof(Vocabularies).Assembly.GetManifestResourceStream("traditional.tsv")!);
        Dictionary<string, string> rules = new() { [" "] = "" };
        while (reader.ReadLine() is { } line)
        {
            string[] columns = line.Split('\t');
            rules.Add(columns[0], columns[1]);
        }

        return rules;
    }
}
