using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace KernelGen.Text;

/// <summary>Finds grapheme clusters in UTF-8.</summary>
internal static class ClusterReader
{
    /// <summary>How many UTF-16 code units of a text are looked at first; nearly every cluster is shorter.</summary>
    public const int Lookahead = 16;

    /// <summary>The number of bytes of the grapheme cluster that a text begins with.</summary>
    /// <param name="text">Valid UTF-8, not empty.</param>
    /// <param name="characters">Room for <see cref="Lookahead"/> code units.</param>
    public static int Length(ReadOnlySpan<byte> text, Span<char> characters)
    {
        Rune.DecodeFromUtf8(text, out Rune first, out int firstLength);
        if (firstLength == text.Length)
        {
            return firstLength;
        }

        Rune.DecodeFromUtf8(text[firstLength..], out Rune second, out _);
        if (StandsAlone(first.Value) && StandsAlone(second.Value))
        {
            return firstLength;
        }

        int units = Decode(text, characters, out int bytes);
        int length = StringInfo.GetNextTextElementLength(characters[..units]);
        for (int size = characters.Length; length == units && bytes < text.Length;)
        {
            size *= 4;
            characters = new char[size];
            units = Decode(text, characters, out bytes);
            length = StringInfo.GetNextTextElementLength(characters[..units]);
        }

        return Encoding.UTF8.GetByteCount(characters[..length]);
    }

    /// <summary>Whether a character is of those of the large scripts that never form a cluster with each other: most of most texts.</summary>
    private static bool StandsAlone(int character) => character is
        (>= 0x20 and < 0x7F)
        or (>= 0xC0 and < 0x300) // Latin
        or (>= 0x370 and < 0x483) or (>= 0x48A and < 0x530) // Greek, Cyrillic
        or (>= 0x3001 and < 0x302A) or (>= 0x3041 and < 0x3097) or (>= 0x30A1 and < 0x3100) // CJK punctuation, kana
        or (>= 0x4E00 and < 0xA000) or (>= 0xAC00 and < 0xD7A4) // Han, Hangul
        or (>= 0xFF01 and < 0xFF61); // full width

    private static int Decode(ReadOnlySpan<byte> text, Span<char> characters, out int bytes)
    {
        Utf8.ToUtf16(text, characters, out bytes, out int units);
        return units;
    }
}
