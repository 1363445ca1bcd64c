#if SHARED_G2P
using System.Text.Json;
using KernelGen.Tests.Declarations;
#endif

namespace KernelGen.Tests.Translation;

/// <summary>What weights of lower precision cost, on models that were trained. The measured figures are in the README.</summary>
public sealed class PrecisionCostTests
{
    public static TheoryData<WeightPrecision> Precisions => [.. Enum.GetValues<WeightPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Every_word_order_sentence_is_translated_exactly(WeightPrecision precision)
    {
        using Translator model = TrainedTranslator.Load(new ModelLoadOptions { Precision = precision });
        Assert.All(TrainedTranslator.WordOrder, sentence => Assert.Equal(sentence.Reference, TrainedTranslator.Translate(model, sentence.Source)));
    }

    [Theory]
    [InlineData(WeightPrecision.Float32, 0.01)]
    [InlineData(WeightPrecision.BFloat16, 0.1)]
    [InlineData(WeightPrecision.Int8, 0.3)]
    [InlineData(WeightPrecision.Int4, 1.0)]
    public void Unseen_sentences_have_the_references_bleu(WeightPrecision precision, double tolerance)
    {
        using Translator model = TrainedTranslator.Load(new ModelLoadOptions { Precision = precision });
        IReadOnlyList<(string Source, string Reference, string Model)> sentences = TrainedTranslator.Sentences(SharedFolder.Require("models/zh-en/test.tsv"));
        double expected = Bleu.Score(sentences.Select(static sentence => (sentence.Model, sentence.Reference)));
        double score = Bleu.Score(sentences.Select(sentence =>
            (TrainedTranslator.Translate(model, sentence.Source, TrainedTranslator.ReferenceMaxLength), sentence.Reference)));
        TestContext.Current.TestOutputHelper!.WriteLine($"BLEU {score:F2} with {precision} weights; the reference has {expected:F2}.");
        Assert.Equal(expected, score, tolerance);
    }

#if SHARED_G2P
    [Theory]
    [InlineData(WeightPrecision.BFloat16, 0.002)]
    [InlineData(WeightPrecision.Int8, 0.015)]
    [InlineData(WeightPrecision.Int4, 0.015)]
    public void Few_words_are_pronounced_otherwise(WeightPrecision precision, double tolerance)
    {
        string weights = SharedFolder.Require("models/g2p-en-us/model.safetensors");
        using var configuration = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("models/g2p-en-us/config.json")));
        string graphemes = configuration.RootElement.GetProperty("grapheme_chars").GetString()!;
        using var exact = Pronouncer.Load(weights);
        using var model = Pronouncer.Load(weights, new ModelLoadOptions { Precision = precision });
        int changed = 0, words = 0;
        foreach (string line in File.ReadLines(SharedFolder.Require("models/g2p-en-us/words.tsv")).Where(static line => !line.StartsWith('#')))
        {
            string[] columns = line.Split('\t');
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
}
