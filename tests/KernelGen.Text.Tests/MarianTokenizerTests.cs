using System.Text;
using CsCheck;

namespace KernelGen.Text.Tests;

/// <summary>Two SentencePiece models and the vocabulary that numbers the pieces of both.</summary>
public class MarianTokenizerTests
{
    /// <summary>In the order of a real one: special tokens, the pieces of both languages mixed, codes of languages, and padding last.</summary>
    private const string Vocabulary = """
        {"</s>":0,"<unk>":1,"\u2581a":2,"b":3,"\u2581le":4,"\u2581":5,"狗":6,"c":7,"<0xE7>":8,"<0x8B>":9,"<0x97>":10,"\u3000":11,">>fra<<":12,">>deu<<":13,"<pad>":14}
        """;

    private static readonly MarianTokenizer Marian = Load(Vocabulary);

    [Fact]
    public void Special_tokens_are_those_of_the_vocabulary()
    {
        foreach (ITokenizer tokenizer in new[] { Marian.Source, Marian.Target })
        {
            Assert.Equal(
                (15, 0, 1, 14, null), (tokenizer.VocabularySize, tokenizer.EndToken, tokenizer.UnknownToken, tokenizer.PadToken, tokenizer.StartToken));
            Assert.Equal(["</s>", "\u2581le", ">>fra<<", "<pad>"], new[] { 0, 4, 12, 14 }.Select(tokenizer.Piece));
        }

        Assert.Equal([">>fra<<", ">>deu<<"], Marian.LanguageCodes);
    }

    [Theory]
    [InlineData("", new[] { 0 })]
    [InlineData("ab", new[] { 2, 3, 0 })]
    [InlineData("ab a", new[] { 2, 3, 2, 0 })]
    [InlineData("a x", new[] { 2, 5, 1, 0 })]
    [InlineData("a狗b", new[] { 2, 6, 3, 0 })]
    [InlineData("a狗狗b", new[] { 2, 1, 3, 0 })]
    [InlineData("ad", new[] { 2, 1, 0 })]
    [InlineData(">>fra<<ab", new[] { 12, 2, 3, 0 })]
    [InlineData(">>fra<< ab", new[] { 12, 2, 3, 0 })]
    [InlineData(">>xxx<< ab", new[] { 1, 2, 3, 0 })]
    [InlineData(">>fra<<", new[] { 12, 0 })]
    [InlineData(">><<a", new[] { 5, 1, 0 })]
    [InlineData("a >>fra<<", new[] { 2, 5, 1, 0 })]
    [InlineData("</s>", new[] { 5, 1, 0 })]
    [InlineData("a\uD83Db", new[] { 2, 1, 3, 0 })]
    public void Pieces_are_the_source_models_and_tokens_the_vocabularys(string text, int[] expected) => Assert.Equal(expected, Marian.Source.Encode(text));

    [Fact]
    public void The_target_tokenizer_cuts_by_its_own_model() => Assert.Equal([4, 7, 0], Marian.Target.Encode("lec"));

    [Theory]
    [InlineData(new int[0], "")]
    [InlineData(new[] { 4, 7, 4, 0, 14 }, "lec le")]
    [InlineData(new[] { 5, 5, 4, 5, 5, 7, 11, 5 }, "le  c")]
    [InlineData(new[] { 14, 4, 1, 7, 0 }, "lec")]
    [InlineData(new[] { 8, 9, 10, 4 }, "狗 le")]
    [InlineData(new[] { 8, 9, 4, 8 }, "\uFFFD\uFFFD le\uFFFD")]
    [InlineData(new[] { 8, 0, 9, 14, 10 }, "狗")]
    [InlineData(new[] { 2, 6, 12 }, "a狗>>fra<<")]
    public void Tokens_are_decoded_without_special_tokens_and_outer_white_space(int[] tokens, string expected) =>
        Assert.Equal(expected, Marian.Target.Decode(tokens));

    [Fact]
    public void White_space_comes_with_the_text_after_it()
    {
        StreamingDecoder decoder = Marian.Target.CreateDecoder();
        Assert.Equal(["", "le", "", "", "  c", "", " le", "", ""], [.. new[] { 5, 4, 5, 5, 7, 0, 4, 11 }.Select(decoder.Append), decoder.Flush()]);
        Assert.Equal("le", decoder.Append(4));
    }

    [Fact]
    public void The_parts_of_any_tokens_are_together_the_decoded_text() => Gen.Int[0, 14].Array[0, 16].Sample(
        tokens =>
        {
            foreach (ITokenizer tokenizer in new[] { Marian.Source, Marian.Target })
            {
                StreamingDecoder decoder = tokenizer.CreateDecoder();
                string text = tokenizer.Decode(tokens);
                Assert.Equal(text, string.Concat(tokens.Select(decoder.Append)) + decoder.Flush());
                Assert.Equal(text.Trim(), text);
            }
        },
        iter: 20_000,
        threads: 1);

    [Fact]
    public void Any_string_is_encoded_to_tokens_of_the_vocabulary() => Gen.Char["ab ><f狗\uD83D\uDE00\u2581\0"].Array[0, 24].Sample(
        chars => Array.TrueForAll(Marian.Source.Encode(new string(chars)), static token => token is >= 0 and < 14),
        iter: 10_000,
        threads: 1);

    [Fact]
    public void A_vocabulary_without_padding_gets_it_as_its_last_token()
    {
        MarianTokenizer marian = Load("""{"</s>":0,"\u2581a":2,"<unk>":1,"c":3}""");
        Assert.Equal((5, 4), (marian.Source.VocabularySize, marian.Source.PadToken));
        Assert.Equal("<pad>", marian.Target.Piece(4));
        Assert.Empty(marian.LanguageCodes);
    }

    /// <summary>Hugging Face's <c>separate_vocabs</c>.</summary>
    [Fact]
    public void A_target_vocabulary_numbers_the_pieces_of_the_target()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["source.spm"], Source.ToArray());
        File.WriteAllBytes(folder["target.spm"], Target.ToArray());
        File.WriteAllText(folder["vocab.json"], "{\"</s>\":0,\"<unk>\":1,\"\u2581a\":2,\"b\":3,\">>fra<<\":4,\"c\":5}");
        File.WriteAllText(folder["target_vocab.json"], "{\"<pad>\":0,\"\u2581le\":1,\"c\":2,\"<unk>\":3,\"</s>\":4,\"\u72d7\":5}");
        MarianTokenizer marian = MarianTokenizer.Load(folder[""]);
        Assert.Equal([4, 2, 3, 0], marian.Source.Encode(">>fra<< ab"));
        Assert.Equal([1, 2, 4], marian.Target.Encode("lec"));
        Assert.Equal("lec", marian.Target.Decode([0, 1, 2, 4]));
        Assert.Equal((7, 6, 4, 0), (marian.Source.VocabularySize, marian.Target.VocabularySize, marian.Target.EndToken, marian.Target.PadToken));
        Assert.Equal([">>fra<<"], marian.LanguageCodes);

        using FileStream source = File.OpenRead(folder["source.spm"]), target = File.OpenRead(folder["target.spm"]);
        using FileStream vocabulary = File.OpenRead(folder["vocab.json"]), targetVocabulary = File.OpenRead(folder["target_vocab.json"]);
        Assert.Equal([1, 2, 4], MarianTokenizer.Load(source, target, vocabulary, targetVocabulary).Target.Encode("lec"));

        File.WriteAllText(folder["target_vocab.json"], "{\"</s>\":0,\"<unk>\":1,\"x\":2}");
        string message = Assert.Throws<InvalidDataException>(() => MarianTokenizer.Load(folder[""])).Message;
        Assert.StartsWith($"The file '{folder["target.spm"]}' and The file '{folder["target_vocab.json"]}' do not belong together", message, StringComparison.Ordinal);
        File.WriteAllText(folder["target_vocab.json"], "[]");
        message = Assert.Throws<InvalidDataException>(() => MarianTokenizer.Load(folder[""])).Message;
        Assert.StartsWith($"The file '{folder["target_vocab.json"]}' is not a vocabulary", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_are_where_their_text_is()
    {
        var spans = new List<TokenSpan>();
        const string Text = ">>fra<<  ab \u72d7\u72d7b";
        ((ISpanTokenizer)Marian.Source).Encode(Text, spans);
        Assert.Equal([new(12, 0, 7), new(2, 9, 1), new(3, 10, 1), new(5, 11, 1), new(1, 12, 2), new(3, 14, 1), new(0, 15, 0)], spans);
        Assert.Equal(Marian.Source.Encode(Text), spans.Select(static span => span.Token));
    }

    [Fact]
    public void Files_of_a_folder_are_read()
    {
        string folder = Directory.CreateTempSubdirectory("marian").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "source.spm"), Source.ToArray());
            File.WriteAllBytes(Path.Combine(folder, "target.spm"), Target.ToArray());
            File.WriteAllText(Path.Combine(folder, "vocab.json"), Vocabulary);
            Assert.Equal([12, 2, 3, 0], MarianTokenizer.Load(folder).Source.Encode(">>fra<< ab"));

            File.WriteAllText(Path.Combine(folder, "vocab.json"), "[]");
            Assert.StartsWith(
                $"The file '{Path.Combine(folder, "vocab.json")}' is not a vocabulary: it holds an array",
                Assert.Throws<InvalidDataException>(() => MarianTokenizer.Load(folder)).Message,
                StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "vocab.json"), Vocabulary);
            File.WriteAllText(Path.Combine(folder, "target.spm"), "version https://git-lfs.github.com/spec/v1");
            Assert.StartsWith(
                $"The file '{Path.Combine(folder, "target.spm")}' is not a SentencePiece model",
                Assert.Throws<InvalidDataException>(() => MarianTokenizer.Load(folder)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("{", "is not JSON: the error is in line 1, byte 2, after 0 entries")]
    [InlineData("{\"a\":", "is not JSON")]
    [InlineData("{\"a\":0} x", "is not JSON")]
    [InlineData("7", "it holds a number where an object of pieces and their numbers was expected")]
    [InlineData("[\"a\"]", "it holds an array where an object")]
    [InlineData("{\"a\":\"0\"}", "entry 0, \"a\", has a string. Every piece must have a whole number from 0 on.")]
    [InlineData("{\"a\":0,\"b\":null}", "entry 1, \"b\", has null")]
    [InlineData("{\"a\":{\"b\":0}}", "entry 0, \"a\", has an object")]
    [InlineData("{\"a\":0.5}", "has a number that is no token")]
    [InlineData("{\"a\":1e3}", "has a number that is no token")]
    [InlineData("{\"a\":99999999999999999999}", "has a number that is no token")]
    [InlineData("{\"a\":-1}", "the piece \"a\" has the number -1, but there are 1 pieces, so numbers go from 0 to 0")]
    [InlineData("{\"a\":0,\"b\":2000000000}", "the piece \"b\" has the number 2000000000, but there are 2 pieces, so numbers go from 0 to 1")]
    [InlineData("{\"a\":0,\"b\":0}", "the pieces \"a\" and \"b\" both have the number 0")]
    [InlineData("{\"a\":0,\"\\u0061\":1}", "the piece \"a\" is there twice, as 0 and as 1")]
    [InlineData("{\"\\ud800\":0}", "entry 0 is not valid Unicode")]
    [InlineData("{\"a\\n\\u0000\":7}", "the piece \"a\\u000a\\u0000\" has the number 7")]
    [InlineData("{}", "it lacks the special token </s>")]
    [InlineData("{\"</s>\":0,\"a\":1}", "it lacks the special token <unk>")]
    [InlineData("{\"</s>\":0,\"<unk>\":1,\"z\":2}", "The source model and The data do not belong together: the vocabulary has none of the model's")]
    public void A_bad_vocabulary_is_refused_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => Load(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_long_piece_is_not_repeated_in_full()
    {
        string message = Assert.Throws<InvalidDataException>(() => Load($"{{\"{string.Concat(Enumerable.Repeat("😀", 100_000))}\":-1}}")).Message;
        Assert.InRange(message.Length, 60, 300);
    }

    [Fact]
    public void Every_damage_is_refused_or_harmless()
    {
        byte[] vocabulary = Encoding.UTF8.GetBytes(Vocabulary);
        (from at in Gen.Int[0, vocabulary.Length - 1] from value in Gen.Byte from length in Gen.Int[0, vocabulary.Length] select (at, value, length)).Sample(
            damage =>
            {
                byte[] damaged = [.. vocabulary];
                damaged[damage.at] = damage.value;
                foreach (int length in new[] { damage.length, vocabulary.Length })
                {
                    try
                    {
                        MarianTokenizer marian = Load(damaged[..length]);
                        marian.Target.Decode(marian.Source.Encode(">>fra<< ab x"));
                    }
                    catch (InvalidDataException)
                    {
                    }
                }
            },
            iter: 5_000,
            threads: 1);
    }

    /// <summary>Has pieces that the vocabulary lacks ("d"), and none of the target's.</summary>
    private static SentencePieceModelBuilder Source => SentencePieceModelBuilder.Unigram()
        .Piece("\u2581", score: -5).Piece("\u2581a", score: -1).Piece("b", score: -1).Piece("d", score: -1);

    private static SentencePieceModelBuilder Target => SentencePieceModelBuilder.Unigram()
        .Piece("c", score: -1).Piece("\u2581le", score: -1).Piece("\u2581", score: -5).BytePieces()
        .Piece("狗", score: -1);

    private static MarianTokenizer Load(string vocabulary) => Load(Encoding.UTF8.GetBytes(vocabulary));

    private static MarianTokenizer Load(byte[] vocabulary) =>
        MarianTokenizer.Load(new MemoryStream(Source.ToArray()), new MemoryStream(Target.ToArray()), new MemoryStream(vocabulary));
}
