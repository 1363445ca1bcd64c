using System.Globalization;
using System.Text;

namespace KernelGen;

/// <summary>
/// Makes text from a file or a user safe to show: in one line, with nothing that changes how the text around it looks. Compiled into each assembly that
/// writes messages.
/// </summary>
internal static class ShownText
{
    /// <summary>
    /// Whether a character may stand in a message as it is. Control and format characters (among them those that turn the direction of writing), line and paragraph separators
    /// and halves of surrogate pairs may not.
    /// </summary>
    public static bool IsSafe(Rune character) => Rune.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);

    /// <summary>A text whose unsafe characters are escaped as in JSON, cut off with dots where it is longer.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">How many of its UTF-16 units are shown.</param>
    public static string Of(ReadOnlySpan<char> text, int longest)
    {
        bool isCut = text.Length > longest;
        ReadOnlySpan<char> rest = isCut ? text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] : text;
        var shown = new StringBuilder(rest.Length + 3);
        while (!rest.IsEmpty)
        {
            bool isWhole = Rune.DecodeFromUtf16(rest, out Rune character, out int length) == System.Buffers.OperationStatus.Done;
            foreach (char unit in rest[..length])
            {
                if (isWhole && IsSafe(character))
                {
                    shown.Append(unit);
                }
                else
                {
                    shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }

            rest = rest[length..];
        }

        return isCut ? shown.Append("...").ToString() : shown.ToString();
    }
}
