using System.Diagnostics;
using CsCheck;

namespace KernelGen.Text.Tests;

public class SentencePieceTokenizerTests
{
    private static readonly SentencePieceTokenizer English = SentencePieceTokenizer.Load(TestFiles.TargetModel);

    [Fact]
    public void The_sample_model_has_its_size_and_special_tokens()
    {
        Assert.Equal(3000, English.VocabularySize);
        Assert.Equal((0, 1, 2, 3), (English.PadToken, English.StartToken, English.EndToken, English.UnknownToken));
    }

    [Fact]
    public void A_sentence_has_the_tokens_that_SentencePiece_gives_it() => Assert.Equal([62, 494, 483, 1678, 22, 683, 2937], English.Encode("The dog chases the cat."));

    [Fact]
    public void Every_sample_translation_survives_encoding_and_decoding()
    {
        foreach ((_, string reference) in TestFiles.WordOrder())
        {
            Assert.Equal(reference, English.Decode(English.Encode(reference)));
        }
    }

    [Fact]
    public void Decoding_skips_padding_start_and_end() => Assert.Equal("The dog", English.Decode([0, 1, 62, 494, 2, 0, 0]));

    [Fact]
    public void Decoding_shows_unknown_tokens_as_SentencePiece_does() => Assert.Equal("The \u2047  dog", English.Decode([62, 3, 494]));

    [Fact]
    public void Nothing_is_decoded_to_nothing() => Assert.Equal("", English.Decode([]));

    [Fact]
    public void Nothing_is_encoded_to_nothing() => Assert.Empty(English.Encode(""));

    /// <summary>As every piece that is one letter or sign says of itself: the model has it with or without the space that comes before a text.</summary>
    [Fact]
    public void A_single_character_has_tokens()
    {
        foreach (char character in "AaxI.?")
        {
            int[] tokens = English.Encode(character.ToString());
            Assert.Equal(character.ToString(), English.Decode(tokens));
            Assert.Equal("\u2581" + character, string.Concat(tokens.Select(English.Piece)));
        }

        Assert.Equal([2926, 3], English.Encode("狗"));
        SentencePieceModelBuilder bytes = SentencePieceModelBuilder.Bpe().BytePieces().Piece("a").Normalizer(3, 0);
        Assert.Equal([3 + 0xE7, 3 + 0x8B, 3 + 0x97], bytes.Load().Encode("狗"));
        Assert.Equal([259], bytes.Load().Encode("a"));
    }

    [Fact]
    public void Unknown_characters_in_a_row_are_one_unknown_token() => Assert.Equal(1, English.Encode("狗追猫").Count(token => token == 3));

    /// <summary>As SentencePiece encodes malformed text: by no rule, although this model has one that makes a space of U+FFFD.</summary>
    [Fact]
    public void Halves_of_surrogate_pairs_that_stand_alone_are_unknown()
    {
        Assert.Equal([494, 3, 2944, 48], English.Encode("dog\uDC00cat"));
        Assert.Equal(English.Encode("dog cat"), English.Encode("dog\uFFFDcat"));
        Assert.Equal([2926, 3], English.Encode(new string('\uD83D', 10_000)));
        Assert.Equal([2926, 3], English.Encode("\uDE00\uD83D"));
    }

    [Theory]
    [InlineData("a\tb", new[] { 6, 18 })]
    [InlineData("Wait\u2026", new[] { 2002, 2937, 2937, 2937 })]
    [InlineData("1000", new[] { 2632, 2974 })]
    [InlineData("00000", new[] { 2926, 980, 980, 2974 })]
    [InlineData(" ", new int[0])]
    public void Text_is_normalised_by_the_models_own_rules_and_merged_from_the_left(string text, int[] tokens) => Assert.Equal(tokens, English.Encode(text));

    [Fact]
    public void A_long_text_is_encoded_in_reasonable_time()
    {
        string text = string.Concat(Enumerable.Repeat("The dog chases the cat. ", 4_300));
        var clock = Stopwatch.StartNew();
        int[] tokens = English.Encode(text);
        Assert.Equal(text.TrimEnd(), English.Decode(tokens));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{text.Length} characters took {clock.Elapsed}.");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("狗")]
    [InlineData("abcdefgh")]
    public void A_long_line_without_spaces_is_encoded(string part)
    {
        int[] tokens = English.Encode(string.Concat(Enumerable.Repeat(part, 100_000 / part.Length)));
        Assert.InRange(tokens.Length, 2, 100_001);
    }

    [Fact]
    public void Any_tokens_of_the_vocabulary_are_decoded() => Gen.Int[0, 2999].Array[0, 20].Sample(tokens => English.Decode(tokens) is not null, iter: 10_000, threads: 1);

    [Fact]
    public void Any_string_is_encoded_to_tokens_of_the_vocabulary() => Gen.Char.Array[0, 24].Sample(
        chars => Array.TrueForAll(English.Encode(new string(chars)), token => token >= 0 && token < English.VocabularySize),
        iter: 2_000,
        threads: 1);

    [Fact]
    public void Options_add_start_and_end_tokens()
    {
        var tokenizer = SentencePieceTokenizer.Load(TestFiles.TargetModel, new SentencePieceTokenizerOptions { PrependStartToken = true, AppendEndToken = true });
        Assert.Equal([1, 62, 494, 2], tokenizer.Encode("The dog"));
        Assert.Equal([1, 2], tokenizer.Encode(""));
    }

    [Fact]
    public void Options_that_the_model_has_no_token_for_are_refused()
    {
        SentencePieceModelBuilder writer = new SentencePieceModelBuilder().Trainer(3, 1).Piece("<unk>", PieceType.Unknown).Piece("a");
        Assert.Equal((null, null, null, 0), (writer.Load().StartToken, writer.Load().EndToken, writer.Load().PadToken, writer.Load().UnknownToken));
        Assert.Contains("no start token", Refused(() => writer.Load(new SentencePieceTokenizerOptions { PrependStartToken = true })), StringComparison.Ordinal);
        Assert.Contains("no end token", Refused(() => writer.Load(new SentencePieceTokenizerOptions { AppendEndToken = true })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_unigram_model_is_encoded_by_its_scores()
    {
        // 0 <unk>, 1 <s>, 2 </s>, then these.
        SentencePieceTokenizer tokenizer = SentencePieceModelBuilder.Unigram()
            .Piece("\u2581", score: -3).Piece("\u2581a", score: -2).Piece("b", score: -2).Piece("\u2581ab", score: -3).Piece("a", score: -4).Load();
        Assert.Equal([6, 3, 5, 7], tokenizer.Encode("ab ba"));
        Assert.Equal("ab ba", tokenizer.Decode([6, 3, 5, 7]));
    }

    [Fact]
    public void Unknown_characters_fall_back_to_bytes_where_the_model_has_them()
    {
        // The bytes follow the three special tokens, so that byte b is token 3 + b.
        SentencePieceTokenizer tokenizer = SentencePieceModelBuilder.Bpe().BytePieces().Piece("\u2581", score: -1).Piece("a", score: -1).Load();
        int[] tokens = tokenizer.Encode("a狗");
        Assert.Equal([259, 260, 3 + 0xE7, 3 + 0x8B, 3 + 0x97], tokens);
        Assert.Equal("a狗", tokenizer.Decode(tokens));
    }

    [Fact]
    public void A_unigram_model_writes_unknown_characters_as_bytes()
    {
        SentencePieceTokenizer tokenizer = SentencePieceModelBuilder.Unigram().BytePieces().Piece("\u2581a").Load();
        Assert.Equal("a", tokenizer.Decode([259]));
        int[] tokens = tokenizer.Encode("a狗");
        Assert.Equal([259, 3 + 0xE7, 3 + 0x8B, 3 + 0x97], tokens);
        Assert.Equal("a狗", tokenizer.Decode(tokens));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_decoded_to_one_replacement_character_each()
    {
        SentencePieceTokenizer tokenizer = SentencePieceModelBuilder.Unigram().BytePieces().Piece("a").Load();
        Assert.Equal("a\uFFFD\uFFFDa\uFFFD", tokenizer.Decode([259, 3 + 0xE7, 3 + 0x8B, 259, 3 + 0x97]));
        Assert.Equal("\uFFFD狗", tokenizer.Decode([3 + 0xE7, 3 + 0xE7, 3 + 0x8B, 3 + 0x97]));
    }

    [Theory]
    [InlineData(true, true, new[] { 3, 3, 6 }, "b")]
    [InlineData(true, true, new[] { 4, 5 }, " ab")]
    [InlineData(true, true, new[] { 1, 6, 6 }, "b b")]
    [InlineData(true, false, new[] { 3, 6 }, " b")]
    [InlineData(true, false, new[] { 3, 1, 6 }, " b")]
    [InlineData(true, false, new[] { 1, 6 }, "b")]
    [InlineData(false, true, new[] { 3, 6 }, "b")]
    [InlineData(false, false, new[] { 6 }, " b")]
    [InlineData(true, true, new[] { 0, 6 }, " \u2047  b")]
    [InlineData(true, true, new[] { 5, 4 }, "b  a")]
    public void Spaces_at_the_start_are_dropped_as_SentencePiece_drops_them(bool addDummyPrefix, bool removeExtraWhiteSpace, int[] tokens, string expected)
    {
        SentencePieceTokenizer tokenizer = SentencePieceModelBuilder.Unigram()
            .Piece("\u2581").Piece("\u2581\u2581a").Piece("b").Piece("\u2581b")
            .Normalizer(3, addDummyPrefix ? 1u : 0u).Normalizer(4, removeExtraWhiteSpace ? 1u : 0u).Load();
        Assert.Equal(expected, tokenizer.Decode(tokens));
    }

    [Fact]
    public void A_model_may_give_unknown_tokens_a_surface_and_special_tokens_names()
    {
        SentencePieceTokenizer tokenizer = new SentencePieceModelBuilder().Trainer(44, "?").Trainer(46, "[B]").Trainer(47, "[E]").Trainer(48, "[P]")
            .Piece("[E]", PieceType.Control).Piece("[P]", PieceType.Control).Piece("[U]", PieceType.Unknown).Piece("[B]", PieceType.Control)
            .Piece("x", PieceType.UserDefined).Piece("y", PieceType.Unused).Load();
        Assert.Equal((3, 0, 1, 2), (tokenizer.StartToken, tokenizer.EndToken, tokenizer.PadToken, tokenizer.UnknownToken));
        Assert.Equal("?xy", tokenizer.Decode([3, 2, 4, 5, 0]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3000)]
    [InlineData(int.MinValue)]
    public void Decoding_refuses_a_token_that_is_not_there(int token)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => English.Decode([62, token]));
        Assert.Contains($"index 1 is {token}; the vocabulary has the tokens 0 to 2999", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_a_model_is_refused_by_name() => Assert.StartsWith(
        $"The file '{TestFiles.SourceVocabulary}' is not a SentencePiece model, or it is damaged: byte ",
        Refused(() => SentencePieceTokenizer.Load(TestFiles.SourceVocabulary)),
        StringComparison.Ordinal);

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] model = File.ReadAllBytes(TestFiles.TargetModel);
        for (int length = 0; length < model.Length; length += length < 100 || length > model.Length - 100 ? 1 : 997)
        {
            Assert.Contains("is not a SentencePiece model, or it is damaged", Refused(() => SentencePieceTokenizer.Load(new MemoryStream(model, 0, length))), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Models_that_cannot_work_are_refused_with_the_reason()
    {
        AssertRefused("it has no pieces", new SentencePieceModelBuilder().Trainer(3, 1));
        AssertRefused("it has no unknown piece", new SentencePieceModelBuilder().Piece("a"));
        AssertRefused("pieces 0 and 3 are both the unknown piece", SentencePieceModelBuilder.Unigram().Piece("b", PieceType.Unknown));
        AssertRefused("piece 3 has no text", SentencePieceModelBuilder.Unigram().Piece(""));
        AssertRefused("the text of piece 3 is not UTF-8", SentencePieceModelBuilder.Unigram().Piece([0xC3, 0x28], 1));
        AssertRefused("piece 3 is of the unknown type 7", SentencePieceModelBuilder.Unigram().Piece("a"u8.ToArray(), 7));
        AssertRefused("piece 3 stands for a byte, but its text is \"<0xZZ>\"", SentencePieceModelBuilder.Unigram().Piece("<0xZZ>", PieceType.Byte));
        AssertRefused("what unknown tokens are decoded to is not UTF-8", SentencePieceModelBuilder.Unigram().Trainer(44, [0xC3]));
        AssertRefused("denormalizer", SentencePieceModelBuilder.Unigram().Denormalizer([1, 2, 3]));
        AssertRefused("of type 5, which is not supported", SentencePieceModelBuilder.Unigram().Trainer(3, 5));
        AssertRefused("piece 3 stands for a byte, but the model says that it does not", SentencePieceModelBuilder.Unigram().Piece("<0x41>", PieceType.Byte));
        AssertRefused("has no piece for the byte 0x00", SentencePieceModelBuilder.Unigram().Trainer(35, 1));
        AssertRefused("has no piece for the byte 0x42", SentencePieceModelBuilder.Unigram().BytePieces(skip: 0x42));
        AssertRefused("piece 3 has the score NaN", SentencePieceModelBuilder.Unigram().Piece("a", score: float.NaN));
        AssertRefused("piece 3 has the score -Infinity", SentencePieceModelBuilder.Bpe().Piece("a", score: float.NegativeInfinity));
        AssertRefused("its normalisation rules have 2 bytes", SentencePieceModelBuilder.Unigram().Normalizer(2, [1, 2]));
    }

    [Fact]
    public void Bytes_need_not_be_in_order()
    {
        SentencePieceModelBuilder model = SentencePieceModelBuilder.Bpe().Trainer(35, 1);
        for (int value = 255; value >= 0; value--)
        {
            model.Piece($"<0x{value:X2}>", PieceType.Byte);
        }

        SentencePieceTokenizer tokenizer = model.Piece("\u2581").Load();
        Assert.Equal([259, 258 - 0xE7, 258 - 0x8B, 258 - 0x97], tokenizer.Encode("狗"));
        Assert.Equal("狗", tokenizer.Decode(tokenizer.Encode("狗")));
    }

    [Fact]
    public void Pieces_that_are_there_twice_are_not_encoded_and_quoted_in_one_line()
    {
        SentencePieceModelBuilder model = SentencePieceModelBuilder.Unigram().Piece("a\u001b" + new string('b', 1000)).Piece("a\u001b" + new string('b', 1000));
        string message = Refused(() => model.Load());
        Assert.StartsWith("The data is a SentencePiece model that text cannot be encoded with: its pieces 3 and 4 are both \"a\\u001bbb", message, StringComparison.Ordinal);
        Assert.EndsWith("every piece must be there once. To decode with it, load it as a SentencePieceDecoder.", message, StringComparison.Ordinal);
        Assert.True(message.Length < 500);
        Assert.DoesNotContain(message, char.IsControl);
        Assert.Equal("aa", SentencePieceDecoder.Load(new MemoryStream(SentencePieceModelBuilder.Bpe().Piece("a").Piece("a").ToArray())).Decode([3, 4]));
    }

    [Fact]
    public void Every_damage_is_refused_or_harmless()
    {
        byte[] model = SentencePieceModelBuilder.Unigram().Piece("\u2581a", score: -1).Piece("b", score: -2).Normalizer(3, 1).Normalizer(4, 1).ToArray();
        (from at in Gen.Int[0, model.Length - 1] from value in Gen.Byte select (at, value)).Sample(
            damage =>
            {
                byte[] damaged = [.. model];
                damaged[damage.at] = damage.value;
                try
                {
                    SentencePieceTokenizer tokenizer = SentencePieceTokenizer.Load(new MemoryStream(damaged));
                    tokenizer.Decode([.. Enumerable.Range(0, tokenizer.VocabularySize)]);
                    tokenizer.Encode("ab c");
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 10_000,
            threads: 1);
    }

    [Fact]
    public void One_tokenizer_serves_many_threads()
    {
        var tokenizer = SentencePieceTokenizer.Load(TestFiles.TargetModel);
        Parallel.For(0, 64, _ => Assert.Equal("The dog chases the cat.", tokenizer.Decode(tokenizer.Encode("The dog chases the cat."))));
    }

    private static string Refused(Action load) => Assert.Throws<InvalidDataException>(load).Message;

    private static void AssertRefused(string reason, SentencePieceModelBuilder model) => Assert.Contains(reason, Refused(() => model.Load()), StringComparison.Ordinal);
}
