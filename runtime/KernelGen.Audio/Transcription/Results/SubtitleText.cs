using System.Text;

namespace KernelGen.Audio;

/// <summary>Text as a line of a subtitle.</summary>
internal static class SubtitleText
{
    /// <summary>
    /// A text in one line, so that it ends no subtitle before its time: line breaks, tabs and other control characters are spaces, and an arrow, which stands between times, has one
    /// hyphen less.
    /// </summary>
    public static string Of(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char unit in text)
        {
            line.Append(char.IsControl(unit) || unit is '\u2028' or '\u2029' ? ' ' : unit);
        }

        while (line.ToString().Contains("-->", StringComparison.Ordinal))
        {
            line.Replace("-->", "->");
        }

        return line.ToString().Trim();
    }
}
