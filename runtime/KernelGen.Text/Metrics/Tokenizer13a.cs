using System.Text;

namespace KernelGen.Text;

/// <summary>
/// The tokens that BLEU counts by default: those of NIST's script <c>mteval-v13a.pl</c>, as sacreBLEU makes them
/// (<see href="https://github.com/mjpost/sacrebleu/blob/master/sacrebleu/tokenizers/tokenizer_13a.py"/>).
/// </summary>
internal static class Tokenizer13a
{
    /// <summary>Takes a text apart.</summary>
    public static List<string> Tokenize(string text)
    {
        int end = text.Length;
        while (end > 0 && TextWords.IsSpace(text[end - 1]))
        {
            end--;
        }

        // In this order: "&amp;lt;" becomes "<".
        string line = text[..end]
            .Replace("<skipped>", "", StringComparison.Ordinal)
            .Replace("-\n", "", StringComparison.Ordinal)
            .Replace("\n", " ", StringComparison.Ordinal)
            .Replace("&quot;", "\"", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal)
            .Replace("&gt;", ">", StringComparison.Ordinal);

        StringBuilder spaced = new(2 * line.Length);
        spaced.Append(' ');
        foreach (char character in line)
        {
            if (IsSymbol(character))
            {
                spaced.Append(' ').Append(character).Append(' ');
            }
            else
            {
                spaced.Append(character);
            }
        }

        line = spaced.Append(' ').ToString();
        line = Space(line, static first => !char.IsAsciiDigit(first), IsPoint, isFirstAlone: false);
        line = Space(line, IsPoint, static second => !char.IsAsciiDigit(second), isFirstAlone: true);
        line = Space(line, char.IsAsciiDigit, static second => second == '-', isFirstAlone: false);
        return TextWords.Split(line);
    }

    /// <summary>ASCII's punctuation and symbols, but for the apostrophe, and for comma, hyphen and full stop, which depend on what is beside them.</summary>
    private static bool IsSymbol(char character) =>
        character is (>= ' ' and <= '&') or (>= '(' and <= '+') or '/' or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');

    private static bool IsPoint(char character) => character is '.' or ',';

    /// <summary>Puts a space between the characters of each pair, from left to right, and one on the other side of the one that is to stand alone.</summary>
    private static string Space(string line, Func<char, bool> isFirst, Func<char, bool> isSecond, bool isFirstAlone)
    {
        StringBuilder spaced = new(2 * line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (i + 1 == line.Length || !isFirst(line[i]) || !isSecond(line[i + 1]))
            {
                spaced.Append(line[i]);
                continue;
            }

            if (isFirstAlone)
            {
                spaced.Append(' ').Append(line[i]).Append(' ').Append(line[i + 1]);
            }
            else
            {
                spaced.Append(line[i]).Append(' ').Append(line[i + 1]).Append(' ');
            }

            i++;
        }

        return spaced.ToString();
    }
}
