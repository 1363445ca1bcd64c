using System.Collections.Immutable;

namespace KernelGen.Text.Tests;

/// <summary>Texts of several sentences, or of one that is too long: each is translated by itself, and the translations come as one text and one by one.</summary>
public sealed class TextOfSentencesTests : IDisposable
{
    private static readonly VocabularyTokenizer Chinese = VocabularyTokenizer.Load(TestFiles.SourceVocabulary);
    private static readonly SentencePieceTokenizer English = SentencePieceTokenizer.Load(TestFiles.TargetModel);

    private readonly EncoderDecoder _model = Translator.Load(TestFiles.Weights);
    private readonly TextGenerator _generator;

    public TextOfSentencesTests() => _generator = Generator(new TextGeneratorOptions { Sentences = SentenceSplitter.Default, LongTexts = LongTextPolicy.Split });

    public void Dispose() => _model.Dispose();

    [Fact]
    public void No_sentence_is_lost()
    {
        // The model was trained on sentences.
        Assert.DoesNotContain("cat chases", Generator(new TextGeneratorOptions()).Generate("狗追猫。猫追狗。").Text);

        TextGenerationResult result = _generator.Generate(" 狗追猫。猫追狗。\n");
        Assert.Equal("The dog chases the cat. The cat chases the dog.", result.Text);
        Assert.Equal(["The dog chases the cat.", "The cat chases the dog."], result.Sentences.Select(static sentence => sentence.Text));
        Assert.Equal([(1, 4), (5, 4)], result.Sentences.Select(static sentence => (sentence.Start, sentence.Length)));
        Assert.Equal([.. Chinese.Encode("狗追猫。"), .. Chinese.Encode("猫追狗。")], result.SourceTokens);
        Assert.Equal(Chinese.Encode("猫追狗。"), result.Sentences[1].SourceTokens);
        Assert.Equal(result.Text, string.Concat(result.Hypotheses[0].TokenTexts));
        Assert.Equal(result.Hypotheses[0].Tokens.Length, result.Hypotheses[0].TokenTexts.Length);
    }

    [Theory]
    [InlineData(" 狗追猫。猫追龘。\n")]
    [InlineData("")]
    [InlineData(" \n")]
    public void Sources_are_those_that_the_model_is_given(string text)
    {
        ImmutableArray<SourceSentence> sources = _generator.Encode(text);
        TextGenerationResult result = _generator.Generate(text);
        Assert.Equal(result.Sentences.Select(static sentence => (sentence.Start, sentence.Length, sentence.IsUnknown)), sources.Select(static source => (source.Start, source.Length, source.IsUnknown)));
        Assert.Equal(result.SourceTokens, sources.SelectMany(static source => source.Tokens));
        Assert.Equal(result.Sentences.SelectMany(static sentence => sentence.UnknownTokens), sources.SelectMany(static source => source.UnknownTokens));
        Assert.Equal(text.Trim().Length == 0, sources.All(static source => source.IsEmpty));
    }

    [Theory]
    [InlineData("狗追猫。\n猫追狗。", "The dog chases the cat.\nThe cat chases the dog.")]
    [InlineData("狗追猫。  \r\n \r\n  猫追狗。", "The dog chases the cat.\r\n\r\nThe cat chases the dog.")]
    [InlineData("狗追猫。 \u3000 猫追狗。 ", "The dog chases the cat. The cat chases the dog.")]
    [InlineData("\n\n狗追猫。\n\n", "The dog chases the cat.")]
    [InlineData(" \n ", "")]
    [InlineData("", "")]
    public async Task Line_breaks_stay_and_spaces_stand_between_sentences(string text, string expected)
    {
        Assert.Equal(expected, _generator.Generate(text).Text);
        Assert.Equal(expected, string.Concat(_generator.Stream(text)));
        Assert.Equal(expected, string.Concat(await _generator.StreamAsync(text).ToListAsync()));
        Assert.Equal([expected, expected], _generator.Generate([text, text]).Select(static result => result.Text));
        Assert.Equal([expected, expected], await _generator.GenerateAsync(new[] { text, text }.ToAsyncEnumerable()).Select(static result => result.Text).ToListAsync());
    }

    [Fact]
    public void Scripts_without_spaces_get_none_and_cut_words_stay_whole()
    {
        Assert.Equal("", Separator("a。b。", 2, "狗。", "猫。"));
        Assert.Equal("", Separator("a。b。", 2, "狗。", "Cat."));
        Assert.Equal(" ", Separator("a。b。", 2, "Dog.", "Cat."));
        Assert.Equal("", Separator("aaabbb", 3, "Dog", "Cat"));
        Assert.Equal(" ", Separator("aaa, bbb", 4, "Dog,", "Cat"));
        Assert.Equal("", Separator("狗狗", 1, "", "Cat"));
        Assert.Equal("\n", Separator("a.\n b", 2, "", ""));

        static string Separator(string text, int cut, string before, string after)
        {
            int second = cut + (text.Length - cut - text[cut..].TrimStart().Length);
            return SentenceJoining.Separator(
                new SourceText(text, [new SourceSentence { Start = 0, Length = cut, TokenArray = [] }, new SourceSentence { Start = second, Length = text.Length - second, TokenArray = [] }]),
                1,
                before,
                after);
        }
    }

    [Fact]
    public void Hypotheses_of_a_rank_are_joined()
    {
        var options = new GenerationOptions { BeamSize = 4, HypothesisCount = 3, ReturnTokenLogProbabilities = true };
        TextGenerationResult result = _generator.Generate("狗追猫。猫追狗。", options);
        GenerationResult first = _model.Generate(Chinese.Encode("狗追猫。"), options), second = _model.Generate(Chinese.Encode("猫追狗。"), options);
        Assert.Equal(3, result.Hypotheses.Length);
        for (int rank = 0; rank < 3; rank++)
        {
            Hypothesis a = first.Hypotheses[rank], b = second.Hypotheses[rank], joined = result.Hypotheses[rank].Hypothesis;
            Assert.Equal([.. a.Tokens, .. b.Tokens], joined.Tokens);
            Assert.Equal($"{English.Decode(a.Tokens.AsSpan())} {English.Decode(b.Tokens.AsSpan())}", result.Hypotheses[rank].Text);

            // Both ended, so each has a log-probability more than tokens; the first's is left out.
            Assert.Equal([.. a.TokenLogProbabilities[..^1], .. b.TokenLogProbabilities], joined.TokenLogProbabilities);
            double sum = a.TokenLogProbabilities.Sum(static value => (double)value) + b.TokenLogProbabilities.Sum(static value => (double)value);
            Assert.Equal(sum / (a.TokenLogProbabilities.Length + b.TokenLogProbabilities.Length), joined.Score!.Value, 1e-5);
            Assert.Equal(FinishReason.EndToken, joined.FinishReason);
        }

        Hypothesis cut = Assert.Single(_generator.Generate("狗追猫。猫追狗。", new GenerationOptions { MaxLength = 3 }).Hypotheses).Hypothesis;
        Assert.Equal((FinishReason.Length, null), (cut.FinishReason, cut.Score));
        Assert.Throws<ArgumentException>(() => Hypothesis.Join([]));
    }

    [Theory]
    [InlineData("狗追猫，", 100)]
    [InlineData("狗追猫 ", 100)]
    [InlineData("狗追猫", 200)]
    [InlineData("😀狗", 300)]
    [InlineData("㎏", 500)]
    public void A_sentence_that_is_too_long_is_cut_into_parts_that_fit(string part, int times)
    {
        string text = string.Concat(Enumerable.Repeat(part, times));
        SourceText source = _generator.Encode(text, index: null);
        Assert.All(source.Sentences, sentence =>
        {
            Assert.InRange(sentence.Tokens.Length, 1, _model.MaxSourceLength);
            Assert.Equal(Chinese.Encode(text.Substring(sentence.Start, sentence.Length)), sentence.Tokens);
            Assert.False(char.IsLowSurrogate(text[sentence.Start]));
        });

        // Nothing but white space is left out, and no part is much shorter than it could be.
        Assert.Equal(text.Replace(" ", ""), string.Concat(source.Sentences.Select(sentence => text.Substring(sentence.Start, sentence.Length))).Replace(" ", ""));
        Assert.All(source.Sentences[..^1], sentence => Assert.InRange(sentence.Tokens.Length, _model.MaxSourceLength / 2, _model.MaxSourceLength));
    }

    [Fact]
    public void A_megabyte_without_an_end_is_cut_in_linear_time()
    {
        SourceText source = _generator.Encode(new string('狗', 350_000), index: null);
        Assert.Equal(350_000, source.Sentences.Sum(static sentence => sentence.Length));
    }

    [Fact]
    public void Only_the_sentence_that_is_too_long_is_refused_or_truncated()
    {
        string text = "狗追猫。" + new string('狗', 200) + "。猫追狗。";
        var exception = Assert.Throws<TextTooLongException>(() => Generator(new TextGeneratorOptions { Sentences = SentenceSplitter.Default }).Generate(text));
        Assert.StartsWith("Sentence 1 of the text has 202 tokens", exception.Message, StringComparison.Ordinal);
        TextGenerationResult result = Generator(new TextGeneratorOptions { Sentences = SentenceSplitter.Default, LongTexts = LongTextPolicy.Truncate })
            .Generate(text, new GenerationOptions { MaxLength = 10 });
        Assert.Equal([false, true, false], result.Sentences.Select(static sentence => sentence.IsTruncated));
        Assert.True(result.IsTruncated);
    }

    [Fact]
    public void Calls_generate_as_the_options_of_the_generator_say_unless_they_say_themselves()
    {
        TextGenerator generator = Generator(new TextGeneratorOptions { Generation = new GenerationOptions { MaxLength = 2 } });
        Assert.Equal(2, generator.DefaultGeneration.MaxLength);
        Assert.Equal("The dog", generator.Generate("狗追猫。").Text);
        Assert.Equal("The dog", string.Concat(generator.Stream("狗追猫。")));
        Assert.Equal("The", generator.Generate("狗追猫。", new GenerationOptions { MaxLength = 1 }).Text);
    }

    private TextGenerator Generator(TextGeneratorOptions options) => new(_model, Chinese, English, options);
}
