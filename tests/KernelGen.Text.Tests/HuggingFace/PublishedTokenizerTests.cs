namespace KernelGen.Text.Tests;

/// <summary>tokenizer.json files as published, beside Hugging Face's own library: the same tokens of every text, the same text of all tokens.</summary>
public class PublishedTokenizerTests
{
    private const int Texts = 10_000;

    [Theory]
    [InlineData("whisper")]
    [InlineData("moonshine")]
    [InlineData("pegasus")]
    [InlineData("t5-like")]
    public void Tokens_and_texts_are_those_of_hugging_faces_library(string name)
    {
        string path = SharedFolder.Require($"tokenizers/{name}/tokenizer.json");
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(path);
        using RustTokenizer oracle = RustTokenizer.Load(path);
        TokenizerComparison.Compare(tokenizer, oracle, Texts, seed: 7);
    }

    [Fact]
    public void What_a_file_says_of_truncation_and_padding_is_told_and_not_done()
    {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(SharedFolder.Require("tokenizers/pegasus/tokenizer.json"));
        Assert.Equal(192, tokenizer.TruncationLength);
        Assert.False(tokenizer.WantsPadding);
        Assert.Equal(1001, tokenizer.Encode(string.Join(' ', Enumerable.Repeat("dog", 1000))).Length);
        Assert.Equal((96103, 0, null, 1, 105), (tokenizer.VocabularySize, tokenizer.PadToken, tokenizer.StartToken, tokenizer.EndToken, tokenizer.UnknownToken));
        Assert.Equal("<mask_1>", tokenizer.Piece(2));
    }

    [Fact]
    public void Whispers_special_tokens_are_found_by_name()
    {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(SharedFolder.Require("tokenizers/whisper/tokenizer.json"));
        Assert.Equal(50258, tokenizer.TokenOf("<|startoftranscript|>"));
        Assert.Equal(50363, tokenizer.TokenOf("<|notimestamps|>"));
        Assert.Equal(220, tokenizer.TokenOf("Ġ"));
        Assert.Null(tokenizer.TokenOf("<|nonsense|>"));
        Assert.Equal(1608, tokenizer.AddedTokens.Length);
        Assert.Equal([50258, 50363, 15947, 50257], tokenizer.Encode("Hello"));
        Assert.Equal("Hello<|1.00|>", tokenizer.Decode(tokenizer.Encode("Hello<|1.00|><|en|>")));
    }
}
