using System.Text;

namespace KernelGen.Text;

/// <summary>The words of a text, which are between white space.</summary>
internal static class TextWords
{
    /// <summary>Whether a character is white space to Python's <c>str.split</c>, which metrics are defined by: also four control characters that separate data.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1C' and <= '\x1F';

    /// <summary>Takes a text apart.</summary>
    public static List<string> Split(ReadOnlySpan<char> text)
    {
        List<string> words = [];
        for (int start = 0; start < text.Length;)
        {
            int end = start;
            while (end < text.Length && !IsSpace(text[end]))
            {
                end++;
            }

            if (end > start)
            {
                words.Add(text[start..end].ToString());
            }

            start = end + 1;
        }

        return words;
    }

    /// <summary>The characters of a text as Python counts them: Unicode scalar values, and half a surrogate pair as one of its own.</summary>
    public static List<int> Characters(ReadOnlySpan<char> text)
    {
        List<int> characters = new(text.Length);
        while (!text.IsEmpty)
        {
            bool isWhole = Rune.DecodeFromUtf16(text, out Rune character, out int length) == System.Buffers.OperationStatus.Done;
            characters.Add(isWhole ? character.Value : text[0]);
            text = text[length..];
        }

        return characters;
    }
}
