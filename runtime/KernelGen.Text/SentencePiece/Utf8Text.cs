using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace KernelGen.Text;

/// <summary>Text in UTF-8, which is valid but for <see cref="Malformed"/>.</summary>
internal static class Utf8Text
{
    /// <summary>A byte that no character has; it stands for what is no character.</summary>
    public const byte Malformed = 0xFF;

    /// <summary>Whether a text has no half of a surrogate pair.</summary>
    public static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    /// <summary>Writes a text in UTF-8. A half of a surrogate pair that stands alone becomes <see cref="Malformed"/>, as text that is malformed has it.</summary>
    public static void Append(ReadOnlySpan<char> text, ref RentedBuffer<byte> utf8)
    {
        // In parts: most text is one byte a character, and some is three.
        const int Part = 1 << 12;
        while (!text.IsEmpty)
        {
            ReadOnlySpan<char> part = text[..Math.Min(Part, text.Length)];
            Span<byte> bytes = utf8.Append(3 * part.Length);
            OperationStatus status = Utf8.FromUtf16(part, bytes, out int read, out int written, replaceInvalidSequences: false, isFinalBlock: part.Length == text.Length);
            if (status == OperationStatus.InvalidData)
            {
                bytes[written++] = Malformed;
                read++;
            }

            utf8.Count -= bytes.Length - written;
            text = text[read..];
        }
    }

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
