using KernelGen.Samples.Translate;

namespace KernelGen.Samples.Tests;

/// <summary>How the translator splits a text that is longer than its model takes.</summary>
public sealed class SentenceSplitterTests
{
    [Theory]
    [InlineData("狗追猫。猫追狗。", "狗追猫。猫追狗。")]
    [InlineData("  狗追猫。 ", "狗追猫。")]
    [InlineData("", "")]
    [InlineData(" \u3000\t", "")]
    [InlineData("他说：“狗追猫。”猫追狗！？女孩怕猴子", "他说：“狗追猫。”|猫追狗！？|女孩怕猴子")]
    [InlineData("一二三四五六，七八九十一二，三。", "一二三四五六，|七八九十一二，|三。")]
    [InlineData("一二三四五六七八九十一二三四五六七八九十一。", "一二三四五六七八九十|一二三四五六七八九十|一。")]
    [InlineData("一二三四五六七八九😀😀😀😀😀😀", "一二三四五六七八九|😀😀😀😀😀|😀")]
    public void Parts_fit_and_keep_their_punctuation(string text, string expected)
    {
        List<string> parts = SentenceSplitter.Split(text, longest: 10, static part => part.Length <= 10);
        Assert.Equal(expected, string.Join('|', parts));
    }

    [Fact]
    public void Characters_that_take_several_tokens_are_cut_shorter()
    {
        List<string> parts = SentenceSplitter.Split(new string('㎏', 100), longest: 10, static part => part.Length * 3 <= 10);
        Assert.Equal(new string('㎏', 100), string.Concat(parts));
        Assert.All(parts, static part => Assert.InRange(part.Length, 1, 3));
    }

    [Fact]
    public void Nothing_is_lost_of_a_long_text()
    {
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(static i => i % 97 == 0 ? "。" : i % 11 == 0 ? "，" : "狗"));
        List<string> parts = SentenceSplitter.Split(text, longest: 50, static part => part.Length <= 50);
        Assert.Equal(text, string.Concat(parts));
        Assert.All(parts, static part => Assert.InRange(part.Length, 1, 50));
    }
}
