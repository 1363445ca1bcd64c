namespace KernelGen.Text.Tests;

/// <summary>ByT5's tokens: bytes plus three.</summary>
public class ByteTokenizerTests
{
    private static readonly ByteTokenizer Bytes = new();

    [Theory]
    [InlineData("", new[] { 1 })]
    [InlineData("aé", new[] { 100, 198, 172, 1 })]
    [InlineData("a<extra_id_0>b<extra_id_124>", new[] { 100, 259, 101, 383, 1 })]
    [InlineData("</s><pad>", new[] { 1, 0, 1 })]
    public void Tokens_are_bytes_plus_three(string text, int[] expected)
    {
        Assert.Equal(expected, Bytes.Encode(text));
        Assert.Equal(expected[..^1], new ByteTokenizer(appendEndToken: false).Encode(text));
        var spans = new List<TokenSpan>();
        Bytes.Encode(text, spans);
        Assert.Equal(expected, spans.Select(static span => span.Token));
    }

    [Fact]
    public void All_bytes_of_a_character_have_its_place()
    {
        var spans = new List<TokenSpan>();
        Bytes.Encode("a😀b", spans);
        Assert.Equal([(0, 1), (1, 2), (1, 2), (1, 2), (1, 2), (3, 1), (4, 0)], spans.Select(static span => (span.Start, span.Length)));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_the_replacement_character() => Assert.Equal([242, 194, 192, 1], Bytes.Encode("\uD800"));

    [Fact]
    public void Bytes_that_are_no_characters_are_dropped()
    {
        Assert.Equal("aéb", Bytes.Decode([100, 198, 172, 200, 101, 198, 0, 1, 2, 260]));
        StreamingDecoder decoder = Bytes.CreateDecoder();
        Assert.Equal(["a", "", "é", "", "b", "", ""], [.. new[] { 100, 198, 172, 200, 101, 198 }.Select(decoder.Append), decoder.Flush()]);
    }

    [Fact]
    public void There_are_special_tokens_bytes_and_sentinels()
    {
        Assert.Equal((384, 0, null, 1, 2), (Bytes.VocabularySize, Bytes.PadToken, Bytes.StartToken, Bytes.EndToken, Bytes.UnknownToken));
        Assert.Equal(["<pad>", "</s>", "<unk>", "\0", "a", "<extra_id_0>"], new[] { 0, 1, 2, 3, 100, 259 }.Select(Bytes.Piece));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bytes.Piece(384));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bytes.Decode([384]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteTokenizer(sentinels: -1));
    }
}
