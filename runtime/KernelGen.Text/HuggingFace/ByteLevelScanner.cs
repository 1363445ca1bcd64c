using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// Cuts UTF-8 into words as GPT-2's regular expression does:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, of which the first alternative that fits counts.
/// </summary>
internal static class ByteLevelScanner
{
    private enum Kind : byte
    {
        Other,
        Letter,
        Number,
        Space,
    }

    private static ReadOnlySpan<Kind> Ascii =>
    [
        Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
        Kind.Other, Kind.Space, Kind.Space, Kind.Space, Kind.Space, Kind.Space, Kind.Other, Kind.Other,
        Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
        Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
        Kind.Space, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
        Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
        Kind.Number, Kind.Number, Kind.Number, Kind.Number, Kind.Number, Kind.Number, Kind.Number, Kind.Number,
        Kind.Number, Kind.Number, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
        Kind.Other, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter,
        Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter,
        Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter,
        Kind.Letter, Kind.Letter, Kind.Letter, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
        Kind.Other, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter,
        Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter,
        Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter, Kind.Letter,
        Kind.Letter, Kind.Letter, Kind.Letter, Kind.Other, Kind.Other, Kind.Other, Kind.Other, Kind.Other,
    ];

    /// <summary>
    /// The length of the word that a block of a text starts with, or 0 where more must be known than the block tells: white space, what may be more than a
    /// word of ASCII characters, or a contraction.
    /// </summary>
    /// <param name="block">The block, which may go on beyond the text.</param>
    /// <param name="left">How many bytes the text has left, the first of the block included.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShortWordLength(Vector128<byte> block, int left)
    {
        uint letters = Vector128.LessThan((block | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), Vector128.Create((byte)26)).ExtractMostSignificantBits();
        uint digits = Vector128.LessThan(block - Vector128.Create((byte)'0'), Vector128.Create((byte)10)).ExtractMostSignificantBits();
        uint beyond = block.ExtractMostSignificantBits();
        uint spaces = Vector128.Equals(block, Vector128.Create((byte)' ')).ExtractMostSignificantBits();
        uint white = spaces | Vector128.LessThan(block - Vector128.Create((byte)'\t'), Vector128.Create((byte)5)).ExtractMostSignificantBits();
        uint others = ~(letters | digits | beyond | white) & 0xFFFF;

        // A space is part of the word after it.
        int space = (int)(spaces & 1);
        uint run = (letters & (1u << space)) != 0 ? letters : (digits & (1u << space)) != 0 ? digits : others;
        int length = Math.Min(space + BitOperations.TrailingZeroCount(~(run >> space)), left);
        bool isUnsure = length <= space || length > WordKey.LongestWord || (((beyond >> length) & 1) != 0 && length < left) || block.ToScalar() == '\'';
        return isUnsure ? 0 : length;
    }

    /// <summary>Where the word ends that starts at a place.</summary>
    /// <param name="text">Valid UTF-8, to the end of the part that is cut.</param>
    /// <param name="start">The place, before the end.</param>
    public static int WordEnd(ReadOnlySpan<byte> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[(start + 1)..]) is > 0 and int letters)
        {
            return start + 1 + letters;
        }

        int position = start;
        if (text[position] == ' ' && position + 1 < text.Length)
        {
            Kind next = KindAt(text, position + 1, out int length);
            if (next != Kind.Space)
            {
                return RunEnd(text, position + 1 + length, next);
            }
        }

        Kind kind = KindAt(text, position, out int first);
        if (kind != Kind.Space)
        {
            return RunEnd(text, position + first, kind);
        }

        // White space gives its last character to the word after it, unless it is all there is of it.
        int last = position;
        position += first;
        while (position < text.Length && KindAt(text, position, out int length) == Kind.Space)
        {
            last = position;
            position += length;
        }

        return position == text.Length || last == start ? position : last;
    }

    private static int RunEnd(ReadOnlySpan<byte> text, int position, Kind kind)
    {
        while (position < text.Length && KindAt(text, position, out int length) == kind)
        {
            position += length;
        }

        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Kind KindAt(ReadOnlySpan<byte> text, int position, out int length)
    {
        byte first = text[position];
        if (first < 0x80)
        {
            length = 1;
            return Ascii[first];
        }

        if (first is >= 0xE3 and <= 0xE9)
        {
            // U+4E00 to U+9FFF are ideographs, U+3001 and U+3002 comma and full stop between them.
            length = 3;
            int rest = BinaryPrimitives.ReadUInt16BigEndian(text[(position + 1)..]);
            if (first > 0xE4 || (first == 0xE4 && rest >= 0xB880))
            {
                return Kind.Letter;
            }

            if (first == 0xE3 && rest is 0x8081 or 0x8082)
            {
                return Kind.Other;
            }
        }

        return KindBeyond(text[position..], out length);
    }

    private static Kind KindBeyond(ReadOnlySpan<byte> text, out int length)
    {
        Rune.DecodeFromUtf8(text, out Rune character, out length);
        return Rune.GetUnicodeCategory(character) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Rune.IsWhiteSpace(character) ? Kind.Space : Kind.Other,
        };
    }

    private static int Contraction(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        switch (text[0])
        {
            case (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d':
                return 1;
            case (byte)'r' or (byte)'v':
                return text.Length > 1 && text[1] == 'e' ? 2 : 0;
            case (byte)'l':
                return text.Length > 1 && text[1] == 'l' ? 2 : 0;
            default:
                return 0;
        }
    }
}
