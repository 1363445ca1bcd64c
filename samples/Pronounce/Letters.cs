using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Pronounce;

/// <summary>Words to tokens: a letter is a token, whatever its case.</summary>
internal static class Letters
{
    private const string Known = "ABCDEFGHIJKLMNOPQRSTUVWXYZ'";

    /// <summary>The tokens below are padding, start and end.</summary>
    private const int First = 3;

    /// <summary>The longest word: its end takes a position.</summary>
    public static int LongestWord => Pronouncer.Description.MaxSourceLength - 1;

    /// <summary>The tokens of a word, with an end token; letters that the model does not know are left out.</summary>
    public static int[] Encode(string word)
    {
        var tokens = new List<int>(word.Length + 1);
        foreach (char letter in word)
        {
            int index = IndexOf(letter);
            if (index >= 0)
            {
                tokens.Add(First + index);
            }
        }

        tokens.Add(Pronouncer.Description.EndToken);
        return [.. tokens];
    }

    /// <summary>The letters of a word that the model does not know, with their places; empty where it knows all.</summary>
    public static string Unknown(string word)
    {
        var unknown = new StringBuilder();
        int place = 0;
        int index = 0;
        foreach (Rune letter in word.EnumerateRunes())
        {
            place++;
            if (IndexOf(word[index]) < 0)
            {
                unknown.Append(unknown.Length > 0 ? ", " : "").Append(IsPrintable(letter) ? letter : Rune.ReplacementChar).Append($" (letter {place})");
            }

            index += letter.Utf16SequenceLength;
        }

        return unknown.ToString();
    }

    /// <summary>The number of a letter; a typographic apostrophe is one, too.</summary>
    private static int IndexOf(char letter) => Known.IndexOf(letter == '’' ? '\'' : char.ToUpperInvariant(letter), StringComparison.Ordinal);

    /// <summary>Whether a letter does nothing to a terminal but stand there.</summary>
    private static bool IsPrintable(Rune letter) => Rune.GetUnicodeCategory(letter) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
