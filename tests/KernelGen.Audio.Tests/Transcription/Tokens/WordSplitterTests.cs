using System.Text;
using CsCheck;

namespace KernelGen.Audio.Tests;

public class WordSplitterTests
{
    private static readonly WhisperTokens Tokens = SpeechGoldens.Pieces;
    private static readonly WordSplitter Splitter = new(Tokens);

    [Fact]
    public void Words_are_cut_before_spaces_and_around_punctuation()
    {
        // The tokenizer merges nothing, so that each letter is a token.
        int[] text = Encode(" I say, \"no\".");
        Assert.Equal([" I", " say", ",", " ", "\"no", "\"", ".", "<|endoftext|>"], Texts(Splitter.Split([.. text, Tokens.End], "en")));
    }

    [Fact]
    public void Words_of_languages_without_spaces_are_characters()
    {
        int[] text = Encode(" 狗追猫");
        Assert.Equal([" ", "狗", "追", "猫"], Texts(Splitter.Split(text, "zh")));
        Assert.Equal([" 狗追猫"], Texts(Splitter.Split(text, "en")));
    }

    [Fact]
    public void Half_a_character_at_the_end_is_not_lost()
    {
        int[] text = Encode(" a狗")[..^1];
        List<WordTokens> words = Splitter.SplitBetweenCharacters([.. text, Tokens.End]);
        Assert.Equal([" ", "a", "\uFFFD", "\uFFFD<|endoftext|>"], Texts(words));
        Assert.Equal(text.Length + 1, words.Sum(static word => word.Tokens.Length));
    }

    [Fact]
    public void No_tokens_are_no_words() => Assert.Empty(Splitter.Split([], "en"));

    [Fact]
    public void Every_token_belongs_to_one_word_whatever_the_tokens_are() => Gen.Int[0, 50300].Array[0, 30].Sample(text =>
    {
        foreach (string language in (string[])["en", "ja"])
        {
            Assert.Equal(text, Splitter.Split(text, language).SelectMany(static word => word.Tokens));
        }
    }, iter: 200);

    [Fact]
    public void Bytes_that_are_no_text_belong_to_words_too() => Gen.Byte.Array[0, 20].Sample(static bytes =>
    {
        int[] text = Array.ConvertAll(bytes, TokenOf);
        List<WordTokens> words = Splitter.SplitBetweenCharacters(text);
        Assert.Equal(text, words.SelectMany(static word => word.Tokens));
    }, iter: 500);

    private static string[] Texts(List<WordTokens> words) => [.. words.Select(static word => word.Text)];

    private static int[] Encode(string text) => Array.ConvertAll(Encoding.UTF8.GetBytes(text), TokenOf);

    /// <summary>The token of a byte, in GPT-2's order.</summary>
    private static int TokenOf(byte value) => value switch
    {
        >= 33 and <= 126 => value - 33,
        >= 161 and <= 172 => value - 161 + 94,
        >= 174 => value - 174 + 106,
        < 33 => 188 + value,
        >= 127 and <= 160 => 188 + 33 + value - 127,
        _ => 255,
    };
}
