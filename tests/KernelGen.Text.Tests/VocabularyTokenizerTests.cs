using System.Text;
using CsCheck;

namespace KernelGen.Text.Tests;

public class VocabularyTokenizerTests
{
    private static readonly VocabularyTokenizer Chinese = VocabularyTokenizer.Load(TestFiles.SourceVocabulary);

    private static VocabularyTokenizer Small(VocabularyTokenizerOptions? options = null) =>
        VocabularyTokenizer.Load("""["<pad>","<sos>","<eos>","<unk>","a","b","é","😀","(","<mask>"," ","Ａ"]"""u8, options);

    private static VocabularyTokenizer Phonemes { get; } = VocabularyTokenizer.Load(
        """["<pad>","<sos>","<eos>","<unk>","HH","AH0","L","OW1"]"""u8, new VocabularyTokenizerOptions { Unit = VocabularyUnit.Word });

    [Fact]
    public void The_sample_vocabulary_has_its_size_and_special_tokens()
    {
        Assert.Equal(2744, Chinese.VocabularySize);
        Assert.Equal((0, 1, 2, 3), (Chinese.PadToken, Chinese.StartToken, Chinese.EndToken, Chinese.UnknownToken));
    }

    [Fact]
    public void Every_sample_sentence_is_encoded_to_its_characters_and_the_end_token()
    {
        foreach ((string source, _) in TestFiles.WordOrder())
        {
            int[] tokens = Chinese.Encode(source);
            Assert.Equal(source.Length + 1, tokens.Length);
            Assert.Equal(Chinese.EndToken, tokens[^1]);

            // The only character of these that the vocabulary does not have.
            Assert.Equal(source.Replace('狮', '\uFFFD'), Chinese.Decode(tokens));
        }
    }

    [Fact]
    public void Every_path_of_loading_gives_the_same_tokenizer()
    {
        byte[] file = File.ReadAllBytes(TestFiles.SourceVocabulary);
        using var stream = new MemoryStream(file);
        int[] expected = Chinese.Encode("狗追猫。");
        Assert.Equal(expected, VocabularyTokenizer.Load(stream).Encode("狗追猫。"));
        Assert.Equal(expected, VocabularyTokenizer.Load(new OneWayStream(file)).Encode("狗追猫。"));
        Assert.Equal(expected, VocabularyTokenizer.Load([0xEF, 0xBB, 0xBF, .. file]).Encode("狗追猫。"));
    }

    [Theory]
    [InlineData("", new[] { 2 })]
    [InlineData("ab", new[] { 4, 5, 2 })]
    [InlineData(" a\t\u3000b\n", new[] { 4, 5, 2 })]
    [InlineData("ａ（", new[] { 4, 8, 2 })]
    [InlineData("e\u0301", new[] { 6, 2 })]
    [InlineData("a😀b", new[] { 4, 7, 5, 2 })]
    [InlineData("狮😁", new[] { 3, 3, 2 })]
    [InlineData("<mask>", new[] { 3, 3, 4, 3, 3, 3, 2 })]
    public void Text_becomes_one_token_for_each_character(string text, int[] expected) => Assert.Equal(expected, Small().Encode(text));

    [Theory]
    [InlineData("", new[] { 2 })]
    [InlineData(" \t\u3000\n", new[] { 2 })]
    [InlineData("HH AH0  L\tOW1\n", new[] { 4, 5, 6, 7, 2 })]
    [InlineData("HHAH0 ow1 ＯＷ１", new[] { 3, 3, 7, 2 })]
    [InlineData("<pad> <eos> L <unk>", new[] { 3, 3, 6, 3, 2 })]
    [InlineData("L\uD83D \uDE00 L", new[] { 3, 3, 6, 2 })]
    public void Text_becomes_one_token_for_each_word_where_the_unit_is_the_word(string text, int[] expected) => Assert.Equal(expected, Phonemes.Encode(text));

    [Fact]
    public void Words_are_decoded_with_one_space_between_them()
    {
        Assert.Equal("HH AH0 L OW1", Phonemes.Decode([1, 4, 0, 5, 6, 7, 2, 0]));
        Assert.Equal("\uFFFD L", Phonemes.Decode([3, 6]));
        Assert.Equal("", Phonemes.Decode([1, 2]));
    }

    [Fact]
    public void Lone_surrogates_are_unknown() => Assert.Equal([3, 4, 3, 2], Small().Encode("\uD83Da\uDE00"));

    [Fact]
    public void Options_turn_off_what_is_done_to_text()
    {
        var options = new VocabularyTokenizerOptions { Normalize = false, RemoveWhiteSpace = false, AppendEndToken = false };
        Assert.Equal([4, 10, 11], Small(options).Encode("a Ａ"));
    }

    [Fact]
    public void Encoding_appends_to_the_list()
    {
        var tokens = new List<int> { 9 };
        Small().Encode("ab", tokens);
        Assert.Equal([9, 4, 5, 2], tokens);
    }

    [Fact]
    public void Decoding_skips_padding_start_and_end() => Assert.Equal("a\uFFFD😀<mask>", Small().Decode([1, 4, 3, 7, 9, 2, 0, 0]));

    [Theory]
    [InlineData(-1)]
    [InlineData(12)]
    public void Decoding_refuses_a_token_that_is_not_there(int token)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Small().Decode([4, token]));
        Assert.Contains($"index 1 is {token}; the vocabulary has the tokens 0 to 11", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_encoded()
    {
        string text = string.Concat(Enumerable.Repeat("狗追猫。！", 20_000));
        Assert.Equal(text.Length + 1, Chinese.Encode(text).Length);
    }

    [Fact]
    public void Any_string_is_encoded_to_tokens_of_the_vocabulary() => Gen.Char.Array[0, 32].Sample(
        chars => Array.TrueForAll(Chinese.Encode(new string(chars)), token => token >= 0 && token < Chinese.VocabularySize),
        iter: 10_000,
        threads: 1);

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("狗", "is not JSON: the error is in line 1, byte 1")]
    [InlineData("[\n\"<pad>\",\n\"a", "is not JSON: the error is in line 3, byte 3, after 1 entries")]
    [InlineData("[\"a\"] x", "is not JSON: the error is in line 1, byte 7")]
    [InlineData("{\"a\": 1}", "it holds an object where an array of strings was expected")]
    [InlineData("[\"<pad>\", 7]", "entry 1 is a number. Every entry must be a string.")]
    [InlineData("[[\"<pad>\"]]", "entry 0 is an array. Every entry must be a string.")]
    [InlineData("[null]", "entry 0 is null.")]
    [InlineData("[\"a\",\"b\",\"a\"]", "entry 2, \"a\", is there already as entry 0")]
    [InlineData("[\"ab\",\"\\u0061b\"]", "entry 1, \"ab\", is there already as entry 0")]
    [InlineData("[\"a\",\"\"]", "entry 1 is empty")]
    [InlineData("[\"\\ud800\"]", "entry 0 is not valid Unicode")]
    [InlineData("[]", "it lacks the special token <pad>")]
    [InlineData("[\"<pad>\",\"<sos>\",\"<eos>\",\"a\"]", "it lacks the special token <unk>")]
    public void A_bad_vocabulary_is_refused_with_the_reason(string json, string reason)
    {
        var exception = Assert.Throws<InvalidDataException>(() => VocabularyTokenizer.Load(Encoding.UTF8.GetBytes(json)));
        Assert.StartsWith("The data ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        var exception = Assert.Throws<InvalidDataException>(() => VocabularyTokenizer.Load([.. "[\"<pad>\",\""u8, 0xC3, 0x28, .. "\"]"u8]));
        Assert.Contains("entry 1 is not valid Unicode", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_names_the_file()
    {
        var exception = Assert.Throws<InvalidDataException>(() => VocabularyTokenizer.Load(TestFiles.TargetModel));
        Assert.StartsWith($"The file '{TestFiles.TargetModel}' is not JSON", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_damage_is_refused_or_harmless()
    {
        byte[] vocabulary = """["<pad>","<sos>","<eos>","<unk>","a","\u00e9"]"""u8.ToArray();
        (from at in Gen.Int[0, vocabulary.Length - 1] from value in Gen.Byte from length in Gen.Int[0, vocabulary.Length] select (at, value, length)).Sample(
            damage =>
            {
                byte[] damaged = [.. vocabulary];
                damaged[damage.at] = damage.value;
                try
                {
                    VocabularyTokenizer.Load(damaged.AsSpan(0, damage.length)).Encode("aé");
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 20_000,
            threads: 1);
    }

    /// <summary>A stream that neither seeks nor knows its length, and gives few bytes at once.</summary>
    private sealed class OneWayStream(byte[] contents) : MemoryStream(contents)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1000)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1000));

        public override void CopyTo(Stream destination, int bufferSize)
        {
            byte[] buffer = new byte[1000];
            for (int read = Read(buffer); read > 0; read = Read(buffer))
            {
                destination.Write(buffer, 0, read);
            }
        }
    }
}
