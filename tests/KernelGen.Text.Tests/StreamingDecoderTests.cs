using System.Text;
using CsCheck;

namespace KernelGen.Text.Tests;

/// <summary>Tokens that become text while they come: the same text as all at once, in whole characters.</summary>
public class StreamingDecoderTests
{
    private static readonly SentencePieceTokenizer English = SentencePieceTokenizer.Load(TestFiles.TargetModel);

    public static TheoryData<string> Vocabularies => [.. Decoders.Keys];

    private static Dictionary<string, ITokenDecoder> Decoders { get; } = CreateDecoders();

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void The_parts_of_any_tokens_are_valid_and_together_the_decoded_text(string vocabulary)
    {
        ITokenDecoder decoder = Decoders[vocabulary];
        StreamingDecoder streaming = decoder.CreateDecoder();
        Gen.Int[0, decoder.VocabularySize - 1].Array[0, 24].Sample(
            tokens =>
            {
                string[] parts = [.. tokens.Select(streaming.Append), streaming.Flush()];
                Assert.All(parts, AssertValid);
                Assert.Equal(decoder.Decode(tokens), string.Concat(parts));
            },
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public void A_character_of_several_bytes_comes_with_its_last_byte()
    {
        StreamingDecoder decoder = Bytes(addDummyPrefix: true, removeExtraWhiteSpace: true).CreateDecoder();
        Assert.Equal(["", "", "狗", "", "", "", "😀", "a", ""], [.. "狗😀a"u8.ToArray().Select(value => decoder.Append(3 + value)), decoder.Flush()]);
    }

    [Fact]
    public void Bytes_that_become_no_character_come_as_soon_as_that_is_certain()
    {
        StreamingDecoder decoder = Bytes(addDummyPrefix: true, removeExtraWhiteSpace: true).CreateDecoder();
        Assert.Equal("", decoder.Append(3 + 0xE7));
        Assert.Equal("\uFFFD", decoder.Append(3 + 0xE7));
        Assert.Equal("", decoder.Append(3 + 0x8B));
        Assert.Equal("\uFFFD\uFFFD b", decoder.Append(262));
        Assert.Equal("\uFFFD", decoder.Append(3 + 0x97));
        Assert.Equal("", decoder.Append(3 + 0xF0));
        Assert.Equal("\uFFFD", decoder.Flush());
    }

    [Fact]
    public void Words_come_with_the_space_before_them()
    {
        StreamingDecoder decoder = English.CreateDecoder();
        Assert.Equal(["The", " dog", " cha", "ses", " the", " cat", ".", ""], Words("The dog chases the cat."));
        Assert.Equal(["A", ""], Words("A"));

        string[] Words(string text) => [.. English.Encode(text).Select(decoder.Append).Where(static part => part.Length > 0), decoder.Flush()];
    }

    [Fact]
    public void Flushing_begins_another_sequence()
    {
        StreamingDecoder decoder = Bytes(addDummyPrefix: true, removeExtraWhiteSpace: false).CreateDecoder();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("b", decoder.Append(262));
            Assert.Equal(" b", decoder.Append(262));
            Assert.Equal("", decoder.Append(3 + 0xC3));
            Assert.Equal("\uFFFD", decoder.Flush());
        }
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void A_token_that_is_not_there_is_refused_and_changes_nothing(string vocabulary)
    {
        ITokenDecoder decoder = Decoders[vocabulary];
        int[] tokens = [.. Enumerable.Range(0, decoder.VocabularySize)];
        StreamingDecoder streaming = decoder.CreateDecoder();
        var text = new StringBuilder();
        foreach (int token in tokens)
        {
            text.Append(streaming.Append(token));
            foreach (int wrong in new[] { -1, decoder.VocabularySize, int.MaxValue })
            {
                var exception = Assert.Throws<ArgumentOutOfRangeException>(() => streaming.Append(wrong));
                Assert.Contains($"The token is {wrong}; the vocabulary has the tokens 0 to {decoder.VocabularySize - 1}.", exception.Message, StringComparison.Ordinal);
                Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Piece(wrong));
            }
        }

        Assert.Equal(decoder.Decode(tokens), text.Append(streaming.Flush()).ToString());
    }

    [Fact]
    public void Pieces_are_what_the_vocabulary_writes()
    {
        Assert.Equal(["<pad>", "<eos>", "\u2581The", "\u2581dog"], new[] { 0, 2, 62, 494 }.Select(English.Piece));
        Assert.Equal(["<0x00>", "<0xFF>", "\u2581b"], new[] { 3, 258, 262 }.Select(Bytes(addDummyPrefix: true, removeExtraWhiteSpace: true).Piece));
        Assert.Equal(["<pad>", "😀"], new[] { 0, 5 }.Select(Decoders["characters"].Piece));
    }

    [Fact]
    public void A_model_that_only_decodes_decodes_as_the_tokenizer_does()
    {
        var decoder = SentencePieceDecoder.Load(TestFiles.TargetModel);
        Assert.Equal(
            (English.VocabularySize, English.PadToken, English.StartToken, English.EndToken, English.UnknownToken),
            (decoder.VocabularySize, decoder.PadToken, decoder.StartToken, decoder.EndToken, decoder.UnknownToken));
        Assert.Equal("The dog chases the cat.", decoder.Decode(English.Encode("The dog chases the cat.")));
        Assert.Throws<InvalidDataException>(() => SentencePieceDecoder.Load(TestFiles.SourceVocabulary));
    }

    [Fact]
    public void Text_of_a_vocabulary_is_handed_out_without_allocating()
    {
        ITokenDecoder decoder = Decoders["characters"];
        StreamingDecoder streaming = decoder.CreateDecoder();
        streaming.Append(5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            streaming.Append(i % decoder.VocabularySize);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>0 to 2 are special tokens, 3 to 258 the bytes, then pieces.</summary>
    private static SentencePieceTokenizer Bytes(bool addDummyPrefix, bool removeExtraWhiteSpace) => SentencePieceModelBuilder.Unigram().BytePieces()
        .Piece("a").Piece("\u2581").Piece("\u2581\u2581a").Piece("\u2581b").Piece("é").Piece("😀\u2581狗").Piece("[mask]", PieceType.UserDefined).Piece("never", PieceType.Unused)
        .Normalizer(3, addDummyPrefix ? 1u : 0u).Normalizer(4, removeExtraWhiteSpace ? 1u : 0u).Load();

    private static Dictionary<string, ITokenDecoder> CreateDecoders()
    {
        byte[] vocabulary = [.. """["<pad>","<sos>","<eos>","<unk>","a","😀","e","\u0301"," ","狗追"]"""u8];
        var decoders = new Dictionary<string, ITokenDecoder>
        {
            ["characters"] = VocabularyTokenizer.Load(vocabulary),
            ["words"] = VocabularyTokenizer.Load(vocabulary, new VocabularyTokenizerOptions { Unit = VocabularyUnit.Word }),
            ["sample"] = English,
            ["no surface"] = SentencePieceModelBuilder.Bpe().Piece("\u2581").Piece("\u2581a").Trainer(44, "").Load(),
        };
        foreach (bool addDummyPrefix in new[] { false, true })
        {
            foreach (bool removeExtraWhiteSpace in new[] { false, true })
            {
                decoders[$"bytes, prefix {addDummyPrefix}, extra white space removed {removeExtraWhiteSpace}"] = Bytes(addDummyPrefix, removeExtraWhiteSpace);
            }
        }

        return decoders;
    }

    /// <summary>Neither half of a surrogate pair stands alone.</summary>
    private static void AssertValid(string part) => new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true).GetBytes(part);
}
