using System.Text.Json;
using KernelGen.Tests.Models;
using KernelGen.Text;

namespace KernelGen.Tests.Translation;

/// <summary>What weights of lower precision cost, on models that were trained. The measured figures are in the README.</summary>
public sealed class WeightPrecisionTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Translation", "model");
    private static readonly VocabularyTokenizer SourceTokenizer = VocabularyTokenizer.Load(Path.Combine(Folder, "source_vocabulary.json"));
    private static readonly SentencePieceTokenizer TargetTokenizer = SentencePieceTokenizer.Load(Path.Combine(Folder, "target.spm"));

    public static TheoryData<WeightPrecision> Precisions => [.. Enum.GetValues<WeightPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Every_word_order_sentence_is_translated_exactly(WeightPrecision precision)
    {
        using Translator model = Load(precision);
        foreach (string[] columns in Lines(Path.Combine(Folder, "word-order.tsv")))
        {
            Assert.Equal(columns[1], Translate(model, columns[0]));
        }
    }

    [Theory]
    [InlineData(WeightPrecision.Float32, 0.01)]
    [InlineData(WeightPrecision.BFloat16, 0.1)]
    [InlineData(WeightPrecision.Int8, 0.3)]
    public void Unseen_sentences_have_the_references_bleu(WeightPrecision precision, double tolerance)
    {
        using Translator model = Load(precision);
        string[][] lines = [.. Lines(SharedFolder.Require("models/zh-en/test.tsv"))];
        double expected = Bleu.Score(lines.Select(static columns => (columns[2], columns[1])));
        double score = Bleu.Score(lines.Select(columns => (Translate(model, columns[0], maxLength: 60), columns[1])));
        TestContext.Current.TestOutputHelper!.WriteLine($"BLEU {score:F2} with {precision} weights; the reference has {expected:F2}.");
        Assert.Equal(expected, score, tolerance);
    }

#if SHARED_G2P
    [Theory]
    [InlineData(WeightPrecision.BFloat16, 0.002)]
    [InlineData(WeightPrecision.Int8, 0.015)]
    public void Few_words_are_pronounced_otherwise(WeightPrecision precision, double tolerance)
    {
        string weights = SharedFolder.Require("models/g2p-en-us/model.safetensors");
        using var configuration = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("models/g2p-en-us/config.json")));
        string graphemes = configuration.RootElement.GetProperty("grapheme_chars").GetString()!;
        using var exact = Pronouncer.Load(weights);
        using var model = Pronouncer.Load(weights, new ModelLoadOptions { Precision = precision });
        int changed = 0, words = 0;
        foreach (string[] columns in Lines(SharedFolder.Require("models/g2p-en-us/words.tsv")))
        {
            int[] source = [1, .. columns[0].Select(letter => graphemes.IndexOf(letter, StringComparison.Ordinal) is >= 0 and int index ? index : 3), 2];
            words++;
            changed += exact.Generate(source).Hypotheses[0].Tokens.SequenceEqual(model.Generate(source).Hypotheses[0].Tokens) ? 0 : 1;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{changed} of {words} words are pronounced otherwise with {precision} weights.");
        Assert.InRange((double)changed / words, 0, tolerance);
    }
#else
    [Fact]
    public void Few_words_are_pronounced_otherwise() =>
        Assert.Skip("shared/models/g2p-en-us was not beside the repository when the tests were compiled: it is other people's work and not part of it.");
#endif

    private static Translator Load(WeightPrecision precision) =>
        Translator.Load(Path.Combine(Folder, "model.safetensors"), new ModelLoadOptions { Precision = precision });

    private static string Translate(Translator model, string source, int? maxLength = null) =>
        TargetTokenizer.Decode([.. model.Generate(SourceTokenizer.Encode(source), new GenerationOptions { MaxLength = maxLength }).Hypotheses[0].Tokens]);

    private static IEnumerable<string[]> Lines(string path) =>
        File.ReadLines(path).Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t'));
}
