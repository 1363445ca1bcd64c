using System.Diagnostics;
using System.Text;
using CsCheck;

namespace KernelGen.Text.Tests;

public class NfkcTests
{
    [Theory]
    [InlineData("ＡＢＣ１２３！", "ABC123!")]
    [InlineData("\u3000", " ")]
    [InlineData("ﬁ", "fi")]
    [InlineData("①", "1")]
    [InlineData("e\u0301", "é")]
    [InlineData("ｶﾞ", "ガ")]
    [InlineData("㍿", "株式会社")]
    [InlineData("ﷺ", "صلى الله عليه وسلم")]
    [InlineData("\uF907", "龜")]
    [InlineData("한", "한")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\U0001D400", "A")]
    [InlineData("\U00011099\U000110BA", "\U0001109A")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("x\u00BD", "x1\u20442")]
    public void Normalizes_as_Unicode_says(string text, string expected) => Assert.Equal(expected, Nfkc.Normalize(text));

    [Theory]
    [InlineData("")]
    [InlineData("The dog chases the cat.")]
    [InlineData("狗追猫。「你好」")]
    [InlineData("Crème brûlée, Straße, Ελλάδα, привет, 한국어, カタカナ, ひらがな, ไทย")]
    [InlineData("\U0001F600\U00020000")]
    [InlineData("の\u3099")]
    public void Normalized_text_stays_the_same_instance(string text) => Assert.Same(text, Nfkc.Normalize(text));

    [Fact]
    public void Lone_surrogates_pass_through()
    {
        // Not a theory: half a surrogate pair does not survive as a test's argument.
        (string Text, string Expected)[] cases =
        [
            ("\uD800", "\uD800"),
            ("\uDC00\uD800", "\uDC00\uD800"),
            ("Ａ\uD835", "A\uD835"),
            ("\uD835Ａ\u0301\uDC00", "\uD835\u00C1\uDC00"),
            ("e\uD800\u0301", "e\uD800\u0301"),
        ];
        foreach ((string text, string expected) in cases)
        {
            Assert.Equal(expected, Nfkc.Normalize(text), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void Null_is_refused() => Assert.Throws<ArgumentNullException>(() => Nfkc.Normalize(null!));

    [Fact]
    public void The_table_is_of_the_documented_Unicode_version() => Assert.Equal(new Version(14, 0), NfkcTable.Shared.UnicodeVersion);

    [Fact]
    public void Every_character_is_normalized_as_ICU_does_it()
    {
        SkipWithoutIcu();
        foreach (int character in AssignedCharacters.All)
        {
            if (character is >= 0xD800 and <= 0xDFFF)
            {
                continue;
            }

            string text = char.ConvertFromUtf32(character);
            Assert.True(text.Normalize(NormalizationForm.FormKC) == Nfkc.Normalize(text), $"U+{character:X4}");
        }
    }

    [Fact]
    public void Every_character_is_normalized_as_ICU_does_it_after_a_letter_and_before_an_accent()
    {
        SkipWithoutIcu();
        foreach (int character in AssignedCharacters.All)
        {
            string text = $"a{char.ConvertFromUtf32(character)}\u0327\u0301";
            Assert.True(text.Normalize(NormalizationForm.FormKC) == Nfkc.Normalize(text), $"U+{character:X4}");
        }
    }

    [Fact]
    public void Unassigned_characters_and_surrogates_stay_as_they_are()
    {
        var assigned = AssignedCharacters.All.ToHashSet();
        for (int character = 0; character <= 0x10FFFF; character++)
        {
            if (!assigned.Contains(character))
            {
                string text = character is >= 0xD800 and <= 0xDFFF ? ((char)character).ToString() : char.ConvertFromUtf32(character);
                Assert.True(ReferenceEquals(text, Nfkc.Normalize(text)), $"U+{character:X4}");
            }
        }
    }

    [Fact]
    public void Random_text_is_normalized_as_ICU_does_it()
    {
        SkipWithoutIcu();
        AssignedCharacters.Text.Sample(text => text.Normalize(NormalizationForm.FormKC) == Nfkc.Normalize(text), iter: 100_000, threads: 1);
    }

    [Fact]
    public void Normalizing_twice_is_normalizing_once() => AssignedCharacters.Text.Sample(
        text =>
        {
            string once = Nfkc.Normalize(text);
            return ReferenceEquals(once, Nfkc.Normalize(once));
        },
        iter: 20_000,
        threads: 1);

    [Fact]
    public void Any_string_of_chars_is_accepted() => Gen.Char.Array[0, 16].Sample(
        chars =>
        {
            string once = Nfkc.Normalize(new string(chars));
            return once == Nfkc.Normalize(once);
        },
        iter: 20_000,
        threads: 1);

    [Fact]
    public void Many_combining_characters_are_sorted_stably_and_quickly()
    {
        // Two classes (230 and 220) in turn: the worst case for a sort that moves one place at a time.
        var text = new StringBuilder("a");
        for (int i = 0; i < 50_000; i++)
        {
            text.Append(i % 4 < 2 ? '\u0305' : '\u0323').Append((char)(0x0316 + (i % 3)));
        }

        var clock = Stopwatch.StartNew();
        string normalized = Nfkc.Normalize(text.ToString());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"{clock.Elapsed}");
        Assert.Equal("a" + string.Concat(text.ToString(1, text.Length - 1).OrderBy(c => c == '\u0305')), normalized, StringComparer.Ordinal);
    }

    private static void SkipWithoutIcu()
    {
        bool icu;
        try
        {
            icu = "\uFF21".Normalize(NormalizationForm.FormKC) == "A";
        }
        catch (PlatformNotSupportedException)
        {
            icu = false;
        }

        Assert.SkipUnless(icu, "string.Normalize is not there on this machine (ICU is not installed), so there is nothing to compare with.");
    }
}
