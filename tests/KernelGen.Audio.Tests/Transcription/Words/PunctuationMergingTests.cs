using CsCheck;

namespace KernelGen.Audio.Tests;

public class PunctuationMergingTests
{
    private static readonly TranscriptionOptions Options = TranscriptionOptions.Default;

    [Fact]
    public void Punctuation_goes_to_the_word_that_it_belongs_to() =>
        Assert.Equal([" He", "", " (\"", "said\",", "", "", "", " no!", ""], Merge(" He", " (", "\"", "said", "\"", ",", "", " no", "!"));

    [Fact]
    public void Quotes_and_brackets_at_the_beginning_go_to_the_next_word() => Assert.Equal(["", "", " \" (yes", ".)", ""], Merge(" \"", " (", "yes", ".)", "")[..5]);

    [Fact]
    public void Words_without_punctuation_stay() => Assert.Equal([" a", " b"], Merge(" a", " b"));

    [Fact]
    public void No_words_and_one_word_stay()
    {
        Assert.Empty(Merge());
        Assert.Equal([","], Merge(","));
    }

    [Fact]
    public void Nothing_is_lost_and_no_token_is_counted_twice() => Gen.Int[0, 8].Array[0, 12].Sample(static choices =>
    {
        string[] texts = Array.ConvertAll(choices, static choice => ((string[])[" a", "b", ",", " \"", ".", " (", ")", " ", ""])[choice]);
        List<PlacedWord> words = Words(texts);
        PunctuationMerging.Merge(words, Options.PrependedPunctuation, Options.AppendedPunctuation);
        Assert.Equal(string.Concat(texts), string.Concat(words.Select(static word => word.Text)));
        Assert.Equal(texts.Length, words.Sum(static word => word.TokenCount));
    });

    private static string[] Merge(params string[] texts)
    {
        List<PlacedWord> words = Words(texts);
        PunctuationMerging.Merge(words, Options.PrependedPunctuation, Options.AppendedPunctuation);
        return [.. words.Select(static word => word.Text)];
    }

    private static List<PlacedWord> Words(string[] texts) =>
        [.. texts.Select(static (text, i) => new PlacedWord { Text = text, TokenCount = 1, Start = i, End = i + 1, Probability = 1 })];
}
