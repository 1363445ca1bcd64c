using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Transcribe;

/// <summary>Text in one line, without what would control a terminal or turn the direction of the text around it.</summary>
internal static class OneLine
{
    /// <summary>A text with a space for each line break and tab, and a replacement character for what else would be no text.</summary>
    public static string Of(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (Rune character in text.EnumerateRunes())
        {
            if (character.Value is '\n' or '\r' or '\t' or 0x2028 or 0x2029)
            {
                line.Append(' ');
            }
            else
            {
                line.Append(IsControl(character) ? Rune.ReplacementChar : character);
            }
        }

        return line.ToString();
    }

    // What joins letters of Persian and of Indian languages, and emoji, is a format character, too, and part of the text.
    private static bool IsControl(Rune character) => Rune.GetUnicodeCategory(character) == UnicodeCategory.Control
        || character.Value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
