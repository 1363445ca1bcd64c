using System.Text;
using System.Text.Json;

namespace KernelGen.Text.Tests;

/// <summary>The long sections of a <c>tokenizer.json</c>, which are read in one way where they are written as usual, and in another where they are not; and merges that are read later.</summary>
public class LongSectionsTests
{
    private const string Text = "abcd aab <mask>狗 é fi\u00a0a";
    private const string Damaged = """{"added_tokens":[],"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}""";

    private static readonly HuggingFaceTokenizerOptions Deferred = new() { DeferMerges = true };

    /// <summary>The same file, written otherwise.</summary>
    public static TheoryData<string> Forms => new()
    {
        SmallTokenizers.Nllb.Replace("[{", "[ {\r\n\t", StringComparison.Ordinal).Replace(",\"", " ,\n  \"", StringComparison.Ordinal).Replace(":", " : ", StringComparison.Ordinal),
        SmallTokenizers.Nllb.Replace("\"▁a\"", "\"\\u2581\\u0061\"", StringComparison.Ordinal).Replace("\"▁ab\":", "\"\\u2581ab\":", StringComparison.Ordinal),
        SmallTokenizers.Nllb.Replace("\"a b\"", "[\"a\", \"b\"]", StringComparison.Ordinal),
        SmallTokenizers.Nllb.Replace("\"a b\"", "[\"\\u0061\" ,\"b\"]", StringComparison.Ordinal),
        SmallTokenizers.Nllb.Replace("\"id\":0,", "\"id\":0,\"note\":[{}],", StringComparison.Ordinal),
        SmallTokenizers.Nllb.Replace("\"normalized\":false,", "", StringComparison.Ordinal),
        MergesFirst(SmallTokenizers.Nllb),
    };

    [Theory]
    [MemberData(nameof(Forms), DisableDiscoveryEnumeration = true)]
    public void However_a_file_is_written_it_is_the_same_tokenizer(string json)
    {
        HuggingFaceTokenizer expected = SmallTokenizers.Load(SmallTokenizers.Nllb);
        foreach (HuggingFaceTokenizer tokenizer in new[] { SmallTokenizers.Load(json), SmallTokenizers.Load(json, Deferred) })
        {
            Assert.Equal(expected.Encode(Text), tokenizer.Encode(Text));
            Assert.Equal(expected.AddedTokens, tokenizer.AddedTokens);
            Assert.Equal(expected.VocabularySize, tokenizer.VocabularySize);
            for (int token = 0; token < expected.VocabularySize; token++)
            {
                Assert.Equal(expected.Piece(token), tokenizer.Piece(token));
            }
        }
    }

    [Theory]
    [InlineData("\n\n?")]
    [InlineData("\n\"model\":{\"vocab\":{\"a\":0,\n\"b\":1},\n  \"merges\":[],?")]
    [InlineData("\n\"model\":{\"vocab\":{\"a\":0,\n\"b\":1?")]
    [InlineData("\"added_tokens\":[\n{\"id\":5,\"content\":\"x\"}\n],\n ?")]
    [InlineData("\"model\":{\"vocab\":{\"a\":0},\"merges\":[\n\"a a\",\n\"\\q\"]}}")]
    [InlineData("\"model\":{\"vocab\":{\"\u0001\":0}}}")]
    [InlineData("\"model\":{\"vocab\":{\"a\":01}}}")]
    [InlineData("\"model\":{\"vocab\":{\"a\":1")]
    public void An_error_in_the_form_has_the_line_that_it_is_in(string json)
    {
        byte[] file = Encoding.UTF8.GetBytes("{" + json);
        JsonException expected = Assert.ThrowsAny<JsonException>(() =>
        {
            var reader = new Utf8JsonReader(file);
            while (reader.Read())
            {
            }
        });
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => HuggingFaceTokenizer.Load(new MemoryStream(file), Deferred));
        Assert.Contains($"is not JSON: the error is in line {expected.LineNumber + 1}, byte {expected.BytePositionInLine + 1}.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_said_of_their_entry()
    {
        byte[] file = Encoding.UTF8.GetBytes("""{"model":{"type":"BPE","vocab":{"a":0,"?":1},"merges":[]}}""");
        file[Array.IndexOf(file, (byte)'?')] = 0xFF;
        Assert.Contains("entry 1 of model.vocab is not UTF-8", Assert.Throws<InvalidDataException>(() => HuggingFaceTokenizer.Load(new MemoryStream(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merges_that_are_read_later_are_refused_by_whoever_encodes_or_decodes()
    {
        string expected = Assert.Throws<InvalidDataException>(() => SmallTokenizers.Load(Damaged)).Message;
        HuggingFaceTokenizer tokenizer = SmallTokenizers.Load(Damaged, Deferred);
        Assert.Equal(1, tokenizer.TokenOf("b"));
        Assert.Equal("b", tokenizer.Piece(1));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => tokenizer.Encode("a")).Message);
            Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => tokenizer.Decode([1])).Message);
            Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => tokenizer.CreateDecoder()).Message);
        }
    }

    [Fact]
    public void Merges_of_two_files_may_be_read_later_too()
    {
        using var folder = new TokenizerFolder();
        folder.Add("vocab.json", """{"a":0,"b":1,"ab":2}""");
        folder.Add("merges.txt", "#version: 0.2\na b\n");
        folder.Add("damaged.txt", "a c\n");
        string vocabulary = Path.Combine(folder.Path, "vocab.json");
        Assert.Equal([2, 0], HuggingFaceTokenizer.LoadVocabularyAndMerges(vocabulary, Path.Combine(folder.Path, "merges.txt"), Deferred).Encode("aba"));
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.LoadVocabularyAndMerges(vocabulary, Path.Combine(folder.Path, "damaged.txt"), Deferred);
        Assert.Contains("\"c\" is not in the vocabulary", Assert.Throws<InvalidDataException>(() => tokenizer.Encode("aba")).Message, StringComparison.Ordinal);
    }

    /// <summary>What nothing but merges say is still refused at once.</summary>
    [Theory]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}""", "is there twice")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"<unk>"}}""", "model.unk_token is")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]}} x""", "is not JSON")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"decoder":{"type":"CTC"}}""", "decoder asks for")]
    public void All_else_is_refused_at_once(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => SmallTokenizers.Load(json, Deferred)).Message, StringComparison.Ordinal);

    private static string MergesFirst(string json)
    {
        int vocabulary = json.IndexOf("\"vocab\":", StringComparison.Ordinal);
        int merges = json.IndexOf(",\"merges\":", StringComparison.Ordinal);
        int end = json.IndexOf(']', merges) + 1;
        return json[..vocabulary] + json[(merges + 1)..end] + "," + json[vocabulary..merges] + json[end..];
    }
}
