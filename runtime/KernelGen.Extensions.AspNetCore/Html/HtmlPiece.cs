using System.Net;
using System.Text;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>A text between two tags: what is translated of it, between the white space around.</summary>
/// <param name="Before">The white space before it.</param>
/// <param name="Text">The text, in characters and not as HTML writes them.</param>
/// <param name="After">The white space behind it.</param>
internal readonly record struct HtmlPiece(string Before, string Text, string After)
{
    private const string Spaces = " \t\n\r\f";

    /// <summary>What a tag has of text.</summary>
    public static HtmlPiece None { get; } = new("", "", "");

    /// <summary>Whether there is anything to translate.</summary>
    public bool HasLetters => Text.EnumerateRunes().Any(Rune.IsLetter);

    /// <summary>Reads a text.</summary>
    public static HtmlPiece Of(HtmlToken token)
    {
        string raw = token.Raw;
        string text = raw.Trim(Spaces.ToCharArray());
        if (text.Length == 0)
        {
            return new HtmlPiece(raw, "", "");
        }

        int start = raw.IndexOf(text, StringComparison.Ordinal);
        string decoded = WebUtility.HtmlDecode(text);
        return new HtmlPiece(raw[..start], token.KeepsSpace ? decoded : OneSpace(decoded), raw[(start + text.Length)..]);
    }

    /// <summary>Writes a text as HTML does.</summary>
    public static string Encode(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\u00A0", "&nbsp;", StringComparison.Ordinal);

    /// <summary>White space is shown as one space, line breaks, too, which end no sentence.</summary>
    public static string OneSpace(string text) => string.Join(' ', text.Split(Spaces.ToCharArray(), StringSplitOptions.RemoveEmptyEntries));
}
