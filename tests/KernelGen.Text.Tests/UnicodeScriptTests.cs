namespace KernelGen.Text.Tests;

public class UnicodeScriptTests
{
    [Theory]
    [InlineData("aZéſ")]
    [InlineData("жЯ")]
    [InlineData("漢かカー々ｶ")]
    [InlineData("1.!￥😀\u2581")]
    [InlineData("\u0301\u0308\u3099")]
    [InlineData("한ㄱ")]
    public void Characters_of_a_script_have_the_same_number(string characters) =>
        Assert.Single(characters.EnumerateRunes().Select(static rune => UnicodeScript.Of(rune.Value)).Distinct());

    [Fact]
    public void Scripts_have_different_numbers() =>
        Assert.Equal(7, "aж漢1\u0301한α".EnumerateRunes().Select(static rune => UnicodeScript.Of(rune.Value)).Distinct().Count());

    [Theory]
    [InlineData(0)]
    [InlineData(0x378)]
    [InlineData(0xE000)]
    [InlineData(0x10FFFF)]
    public void Characters_that_are_not_assigned_are_common(int character) => Assert.Equal(UnicodeScript.Of('.'), UnicodeScript.Of(character));

    [Fact]
    public void Marks_are_inherited() => Assert.Equal(UnicodeScript.Inherited, UnicodeScript.Of(0x301));
}
