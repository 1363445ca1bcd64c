using KernelGen.Tests.Reference;
using static KernelGen.Tests.Translation.TrainedTranslator;

namespace KernelGen.Tests.Translation;

/// <summary>The sample's Chinese to English translator, from text to text.</summary>
public sealed class TranslatorTests
{
    public static TheoryData<InstructionSet> Cases => [.. Enum.GetValues<InstructionSet>()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_word_order_sentence_is_translated_exactly(InstructionSet instructionSet)
    {
        using Translator model = Load(instructionSet);
        IReadOnlyList<(string Source, string Reference, string Model)> sentences = WordOrder;
        Assert.Equal(102, sentences.Count);
        Assert.All(sentences, sentence => Assert.Equal(sentence.Model, Translate(model, sentence.Source)));
        Assert.All(sentences, sentence => Assert.Equal(sentence.Reference, sentence.Model));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Unseen_sentences_are_translated_as_by_the_reference(InstructionSet instructionSet)
    {
        string path = SharedFolder.Require("models/zh-en/test.tsv");
        using Translator model = Load(instructionSet);
        IReadOnlyList<(string Source, string Reference, string Model)> sentences = Sentences(path);
        Assert.Equal(300, sentences.Count);
        int ties = 0;
        foreach ((string source, _, string expected) in sentences)
        {
            Hypothesis hypothesis = model.Generate(SourceTokenizer.Encode(source), new GenerationOptions { MaxLength = ReferenceMaxLength }).Hypotheses[0];
            int[] tokens = [.. hypothesis.Tokens];
            if (TargetTokenizer.Decode(tokens) != expected)
            {
                AssertTie(model, source, expected, tokens, hypothesis.FinishReason);
                ties++;
            }
        }

        Assert.InRange(ties, 0, 3);
    }

    /// <summary>What the same model scored in PyTorch, by sacreBLEU.</summary>
    [Theory]
    [InlineData(1, 30.96)]
    [InlineData(4, 32.99)]
    public void Unseen_sentences_have_the_recorded_bleu(int beamSize, double recorded)
    {
        IReadOnlyList<(string Source, string Reference, string Model)> sentences = Sentences(SharedFolder.Require("models/zh-en/test.tsv"));
        using Translator model = Load(InstructionSets.Best);
        GenerationResult[] results = model.Generate(
            [.. sentences.Select(static sentence => SourceTokenizer.Encode(sentence.Source))],
            new GenerationOptions { BeamSize = beamSize, MaxLength = ReferenceMaxLength });
        double score = Bleu.Score(results.Zip(sentences, static (result, sentence) => (TargetTokenizer.Decode(result.Hypotheses[0].Tokens.AsSpan()), sentence.Reference)));
        TestContext.Current.TestOutputHelper!.WriteLine($"BLEU {score:F2} with beam {beamSize}; {recorded:F2} is recorded.");
        Assert.Equal(recorded, score, 0.2);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sentences_together_are_translated_as_each_alone(InstructionSet instructionSet)
    {
        using Translator model = Load(instructionSet);
        int[][] sources = SomeSources();
        foreach (int beamSize in new[] { 1, 4 })
        {
            var options = new GenerationOptions { BeamSize = beamSize, HypothesisCount = beamSize, ReturnScores = true };
            GenerationResult[] together = model.Generate(sources, options);
            for (int i = 0; i < sources.Length; i++)
            {
                ResultAssert.Same(model.Generate(sources[i], options), together[i], $"{instructionSet}, beam {beamSize}: sentence {i}");
            }

            // Rows leave the batch at many different steps.
            Assert.InRange(together.Select(static result => result.Hypotheses[0].Tokens.Length).Distinct().Count(), 4, 128);
        }
    }

    [Fact]
    public void Beam_search_finds_translations_that_are_at_least_as_probable()
    {
        using Translator model = Load(InstructionSets.Best);
        int[][] sources = SomeSources();
        double Total(int beamSize) =>
            model.Generate(sources, new GenerationOptions { BeamSize = beamSize, ReturnScores = true }).Sum(static result => result.Hypotheses[0].Score!.Value);
        Assert.InRange(Total(4), Total(1) - 1e-4, 0);
    }

    [Fact]
    public void Word_order_matters()
    {
        using Translator model = Load(InstructionSet.Portable);
        Assert.Equal("The cat chases the dog.", Translate(model, "猫追狗。"));
        Assert.Equal("The dog chases the cat.", Translate(model, "狗追猫。"));
    }

    [Fact]
    public void Weights_in_half_precision_give_the_oracles_logits()
    {
        string path = Checkpoint;
        var oracle = new ReferenceModel(Translator.Description, TensorFile.Read(path));
        using Translator model = Load(InstructionSet.Portable);
        int[] source = SourceTokenizer.Encode("猫追狗。");
        int[] target = [Translator.Description.StartToken, .. TargetTokenizer.Encode("The cat chases the dog.")];
        Closeness.AssertClose([.. oracle.Logits(source, target).SelectMany(static row => row)], model.Logits(source, target), 1e-4, "logits");
    }

    /// <summary>A translation may differ only where two tokens are as good as equally probable, so that rounding decides.</summary>
    private static void AssertTie(Translator model, string source, string expected, int[] tokens, FinishReason finishReason)
    {
        int[] chosen = finishReason == FinishReason.EndToken ? [.. tokens, Translator.Description.EndToken] : tokens;
        float[] logits = model.Logits(SourceTokenizer.Encode(source), [Translator.Description.StartToken, .. chosen[..^1]]);
        string what = $"'{source}' became '{TargetTokenizer.Decode(tokens)}' instead of '{expected}'";
        for (int i = 0; i < chosen.Length; i++)
        {
            float[] best = [.. logits[(i * model.TargetVocabularySize)..((i + 1) * model.TargetVocabularySize)].OrderDescending().Take(2)];
            if (best[0] - best[1] < 1e-3f)
            {
                return;
            }

            // Up to here the text may be the expected one's beginning; the first token that is not must be the tie.
            bool differs = i == tokens.Length || !expected.StartsWith(TargetTokenizer.Decode(tokens.AsSpan(0, i + 1)), StringComparison.Ordinal);
            Assert.False(differs, $"{what}, and token {i} leads by {best[0] - best[1]}: that is no tie.");
        }

        Assert.Fail($"{what}, and no token is a tie.");
    }

    private static Translator Load(InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        return TrainedTranslator.Load(new ModelLoadOptions { InstructionSet = instructionSet });
    }

    private static int[][] SomeSources() =>
    [
        .. WordOrder
            .Where(static (_, i) => i % 5 == 0)
            .Select(static sentence => SourceTokenizer.Encode(sentence.Source)),
    ];
}
