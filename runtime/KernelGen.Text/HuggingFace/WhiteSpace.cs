using System.Text;

namespace KernelGen.Text;

/// <summary>White space in UTF-8, as Unicode defines it and Rust's <c>char::is_whitespace</c> and <c>\s</c> have it.</summary>
internal static class WhiteSpace
{
    /// <summary>The number of bytes of the white space that valid UTF-8 begins with, or 0.</summary>
    public static int LengthAt(ReadOnlySpan<byte> text)
    {
        byte first = text[0];
        if (first < 0x80)
        {
            return first is (byte)' ' or (>= 9 and <= 13) ? 1 : 0;
        }

        Rune.DecodeFromUtf8(text, out Rune character, out int length);
        return Rune.IsWhiteSpace(character) ? length : 0;
    }
}
