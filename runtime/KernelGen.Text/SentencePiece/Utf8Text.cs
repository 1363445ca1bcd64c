namespace KernelGen.Text;

/// <summary>Text in UTF-8, which is valid but for <see cref="Malformed"/>.</summary>
internal static class Utf8Text
{
    /// <summary>A byte that no character has; it stands for what is no character.</summary>
    public const byte Malformed = 0xFF;

    /// <summary>The length in bytes of the first character of a text, which is not empty.</summary>
    public static int CharacterLength(ReadOnlySpan<byte> text) => text[0] switch
    {
        < 0xC0 => 1,
        < 0xE0 => Math.Min(2, text.Length),
        < 0xF0 => Math.Min(3, text.Length),
        < 0xF8 => Math.Min(4, text.Length),
        _ => 1,
    };

    /// <summary>The length of a text in UTF-16 code units.</summary>
    public static int Utf16Length(ReadOnlySpan<byte> text)
    {
        int length = 0;
        foreach (byte value in text)
        {
            length += (value & 0xC0) != 0x80 ? 1 : 0;
            length += value is >= 0xF0 and not Malformed ? 1 : 0;
        }

        return length;
    }
}
