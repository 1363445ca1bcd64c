namespace KernelGen.Text.Tests;

/// <summary>What a tokenizer does not know is told, with its place, and may be taken over into the target.</summary>
public sealed class UnknownTokenTests : IDisposable
{
    private static readonly VocabularyTokenizer Chinese = VocabularyTokenizer.Load(TestFiles.SourceVocabulary);
    private static readonly SentencePieceTokenizer English = SentencePieceTokenizer.Load(TestFiles.TargetModel);

    private readonly EncoderDecoder _model = Translator.Load(TestFiles.Weights);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Unknown_characters_are_told_with_their_places()
    {
        const string Text = "狗追ж\u0301猫。 猫追😀。";
        var generator = new TextGenerator(_model, Chinese, English, new TextGeneratorOptions { Sentences = SentenceSplitter.Default });
        TextGenerationResult result = generator.Generate(Text);
        Assert.Equal(["ж\u0301", "ж\u0301", "😀"], result.UnknownTokens.Select(static unknown => unknown.Text));
        Assert.All(result.UnknownTokens, unknown =>
        {
            Assert.Equal(unknown.Text, Text.Substring(unknown.Start, unknown.Length));
            Assert.Equal(Chinese.UnknownToken, result.SourceTokens[unknown.Index]);
        });
        Assert.Equal(2, result.Sentences[1].UnknownTokens[0].Index);
        Assert.False(result.IsUnknown);
        Assert.Empty(generator.Generate("狗追猫。").UnknownTokens);
    }

    [Theory]
    [InlineData("the dog", true)]
    [InlineData("Собака. Кошка!", true)]
    [InlineData("狗Собака", false)]
    [InlineData("狗", false)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    public void A_text_of_nothing_but_unknown_characters_is_told(string text, bool isUnknown)
    {
        // Of Latin letters the vocabulary has some.
        VocabularyTokenizer dogs = VocabularyTokenizer.Load("""["<pad>","<sos>","<eos>","<unk>","狗"]"""u8);
        foreach (SentenceSplitter? splitter in new[] { null, SentenceSplitter.Default })
        {
            var generator = new TextGenerator(_model, dogs, English, new TextGeneratorOptions { Sentences = splitter });
            Assert.Equal(isUnknown, generator.Generate(text, new GenerationOptions { MaxLength = 3 }).IsUnknown);
        }
    }

    [Fact]
    public void A_tokenizer_that_knows_no_places_gives_the_whole_sentence()
    {
        var generator = new TextGenerator(_model, new WithoutPlaces(Chinese), English, new TextGeneratorOptions { Sentences = SentenceSplitter.Default });
        UnknownToken unknown = Assert.Single(generator.Generate("狗追猫。猫追😀。", new GenerationOptions { MaxLength = 3 }).UnknownTokens);
        Assert.Equal(new UnknownToken(7, 4, 4 + 1, "猫追😀。"), unknown);
    }

    /// <summary>Places of characters are those of what normalisation made them of; the tokens are those of the whole text.</summary>
    [Theory]
    [InlineData(VocabularyUnit.Character)]
    [InlineData(VocabularyUnit.Word)]
    public void Tokens_with_places_are_the_tokens(VocabularyUnit unit)
    {
        string[] parts = ["狗", "追", "e\u0301", "각", "\u1100\u1161\u11A8", "ﬁ", "½", "㎏", " ", "\u3000", "\t", "\u00A8", "\u0301", "\uD83D", "😀", "👨‍👩‍👧", "ｶﾞ", "A\u030A\u0323", "。", "\r\n", "a"];
        VocabularyTokenizer tokenizer = VocabularyTokenizer.Load(
            System.Text.Encoding.UTF8.GetBytes("""["<pad>","<sos>","<eos>","<unk>","狗","追","é","각","f","i","k","g","a","ガ","。","狗追","A"]"""), new VocabularyTokenizerOptions { Unit = unit });
        var random = new Random(3);
        var spans = new List<TokenSpan>();
        for (int i = 0; i < 5000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            spans.Clear();
            tokenizer.Encode(text, spans);
            Assert.Equal(tokenizer.Encode(text), spans.Select(static span => span.Token));
            int last = 0;
            foreach (TokenSpan span in spans)
            {
                Assert.True(span.Start >= last && span.Start + span.Length <= text.Length, text);
                last = span.Start;
            }
        }
    }

    [Fact]
    public void Generated_unknown_tokens_are_replaced_by_what_the_model_looked_at()
    {
        int unknown = English.UnknownToken!.Value;
        int[] dog = English.Encode("The dog"), chases = English.Encode("chases");
        var forced = new GenerationOptions { ForcedPrefix = [.. dog, unknown, .. chases, unknown], MaxLength = dog.Length + chases.Length + 2 };
        var plain = new TextGenerator(_model, Chinese, English);
        var replacing = new TextGenerator(_model, Chinese, English, new TextGeneratorOptions { ReplaceUnknownTokens = true });
        Assert.Equal("The dog ⁇  chases ⁇ ", plain.Generate("狗追猫。", forced).Text);

        TextHypothesis hypothesis = Assert.Single(replacing.Generate("狗追猫。", forced).Hypotheses);
        CrossAttention attention = hypothesis.Hypothesis.CrossAttention!;
        int[] source = Chinese.Encode("狗追猫。");
        string[] expected = [.. new[] { dog.Length, dog.Length + chases.Length + 1 }.Select(position => LookedAt(attention, position))];
        Assert.Equal($"The dog{expected[0]} chases{expected[1]}", hypothesis.Text);
        Assert.Equal(hypothesis.Text, string.Concat(hypothesis.TokenTexts));

        // Nothing unknown, nothing changed.
        Assert.Equal("The dog chases the cat.", replacing.Generate("狗追猫。").Text);
        Assert.Equal("The dog chases the cat.", string.Concat(replacing.Stream("狗追猫。")));

        string LookedAt(CrossAttention looks, int position)
        {
            float[] probabilities = looks.Average().AsSpan(position * looks.SourceLength, looks.SourceLength - 1).ToArray();
            return Chinese.Piece(source[Array.IndexOf(probabilities, probabilities.Max())]);
        }
    }

    private sealed class WithoutPlaces(ITokenizer inner) : ITokenizer
    {
        public int VocabularySize => inner.VocabularySize;

        public int? PadToken => inner.PadToken;

        public int? StartToken => inner.StartToken;

        public int? EndToken => inner.EndToken;

        public int? UnknownToken => inner.UnknownToken;

        public string Piece(int token) => inner.Piece(token);

        public string Decode(ReadOnlySpan<int> tokens) => inner.Decode(tokens);

        public StreamingDecoder CreateDecoder() => inner.CreateDecoder();

        public int[] Encode(string text) => inner.Encode(text);

        public void Encode(string text, List<int> tokens) => inner.Encode(text, tokens);
    }
}
