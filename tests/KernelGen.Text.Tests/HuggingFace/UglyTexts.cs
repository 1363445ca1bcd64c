using System.Globalization;
using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Texts that tokenizers get wrong: all scripts, all white space, controls, clusters of many characters, contractions, special tokens written out.</summary>
internal static class UglyTexts
{
    private static readonly int[] Characters =
    [
        .. Enumerable.Range(0, 0x110000).Where(static value => value is < 0xD800 or > 0xDFFF
            && CharUnicodeInfo.GetUnicodeCategory(value) is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)),
    ];

    private static readonly string[] Pieces =
    [
        "'s", "'t", "'re", "'ve", "'ll", "'d", "'m", "I'LL", "don't", " ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u3000", "\u2028", "\u0085", "the", " dog", " Hello", "world",
        "1234", "3.14", "…", "½", "ﬁ", "ｆｕｌｌ", "é", "e\u0301", "a\u0301\u0302\u0303\u0304", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "👍🏽", "狗追猫", "ไทยภาษา", "नमस्ते", "क्षत्रिय", "한국어", "\u1112\u1161\u11ab",
        "العربية", "\u200d", "\u200b", "\ufeff", "\u202e", "\0", "\u0001", "\u007f", "!!!", "----", new string('a', 61), new string(' ', 45), "▁", "▁▁", "Ġ", "<0x41>", "<", "|>", "Ａ\u0301",
        "ａ\u0302", "①\u0300", " \u0301", "\u0301", "ß", "İ", "ŉ", "Straße", "\ufdfa", "ﾞ", "ｶﾞ", "\u0e33", "\u0eb3", "\r\u0301", "x\u200dy", "_", "__",
    ];

    /// <summary>Draws a text.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="added">Tokens to write out now and then.</param>
    public static string Draw(Random random, string[] added)
    {
        var text = new StringBuilder();
        for (int parts = random.Next(random.Next(2) == 0 ? 6 : 25); parts > 0; parts--)
        {
            switch (random.Next(8))
            {
                case 0:
                    text.Append(char.ConvertFromUtf32(Characters[random.Next(Characters.Length)]));
                    break;
                case 1:
                    text.Append(char.ConvertFromUtf32(Characters[random.Next(random.Next(2) == 0 ? 700 : 12_000)]));
                    break;
                case 2 when added.Length > 0 && random.Next(2) == 0:
                    text.Append(added[random.Next(added.Length)]);
                    break;
                case 2:
                    text.Append((char)random.Next(32, 127));
                    break;
                case 3:
                    for (int letters = random.Next(1, 9); letters > 0; letters--)
                    {
                        text.Append((char)('a' + random.Next(26)));
                    }

                    break;
                case 4:
                    text.Append(' ');
                    break;
                default:
                    text.Append(Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>A text for a message: all that is not plain ASCII as an escape.</summary>
    public static string Show(string text) =>
        string.Concat(text.EnumerateRunes().Select(static rune => rune.Value is < 0x20 or > 0x7E ? $"\\u{{{rune.Value:x}}}" : rune.ToString()));
}
