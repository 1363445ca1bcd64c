using System.Text;

namespace KernelGen.Text;

/// <summary>The characters that stand for bytes in the pieces of a byte-level vocabulary: visible ones for themselves, the other 68 from U+0100 on.</summary>
internal static class ByteLevelAlphabet
{
    private const int FirstOther = 0x100;

    private static readonly short[] ByteOfCharacter = CreateBytes();
    private static readonly char[] CharacterOfByte = CreateCharacters();

    /// <summary>The bytes that a piece stands for.</summary>
    /// <param name="piece">The piece, in UTF-8.</param>
    /// <param name="bytes">Takes them; as long as the piece.</param>
    /// <param name="length">How many there are.</param>
    /// <returns>Whether all characters of the piece stand for bytes.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> piece, Span<byte> bytes, out int length)
    {
        length = 0;
        while (!piece.IsEmpty)
        {
            // All of these characters have one or two bytes.
            int character = piece[0];
            int size = 1;
            if (character >= 0x80)
            {
                character = (character & 0xE0) == 0xC0 && piece.Length > 1 ? ((character & 0x1F) << 6) | (piece[1] & 0x3F) : ByteOfCharacter.Length;
                size = 2;
            }

            if (character >= ByteOfCharacter.Length || ByteOfCharacter[character] < 0)
            {
                return false;
            }

            bytes[length++] = (byte)ByteOfCharacter[character];
            piece = piece[size..];
        }

        return true;
    }

    /// <summary>The piece that stands for some bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var piece = new StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            piece.Append(CharacterOfByte[value]);
        }

        return piece.ToString();
    }

    private static bool IsVisible(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static char[] CreateCharacters()
    {
        char[] characters = new char[256];
        int others = 0;
        for (int value = 0; value < characters.Length; value++)
        {
            characters[value] = (char)(IsVisible(value) ? value : FirstOther + others++);
        }

        return characters;
    }

    private static short[] CreateBytes()
    {
        char[] characters = CreateCharacters();
        short[] bytes = new short[characters.Max() + 1];
        bytes.AsSpan().Fill(-1);
        for (int value = 0; value < characters.Length; value++)
        {
            bytes[characters[value]] = (short)value;
        }

        return bytes;
    }
}
