using System.Text;
using System.Text.Unicode;

namespace KernelGen.Text;

/// <summary>
/// Reads the long parts of a <c>tokenizer.json</c> in the form that all of Hugging Face's have, which takes a fraction of the time. A part of another form, and one with anything wrong in it, is not read:
/// whoever asks then reads it with care, and says what is wrong.
/// </summary>
internal static class PlainSections
{
    /// <summary>Reads an object of pieces and their tokens.</summary>
    /// <param name="json">The file, from the object on.</param>
    /// <param name="fileLength">The length of the file, which bounds how many there are.</param>
    /// <param name="length">The length of the object.</param>
    /// <returns>The pieces, or <see langword="null"/>.</returns>
    public static PieceTable? ReadPieces(ReadOnlySpan<byte> json, int fileLength, out int length)
    {
        length = 0;
        var reader = new PlainJson(json);
        PieceTable pieces = PieceTable.ForFile(fileLength);
        if (!reader.TryRead((byte)'{'))
        {
            return null;
        }

        do
        {
            if (!reader.TryReadString(out ReadOnlySpan<byte> piece) || !reader.TryRead((byte)':') || !reader.TryReadNumber(out int token)
                || token >= PieceTable.MostTokens(fileLength) || pieces.Has(token) || pieces.Add(piece, token) >= 0)
            {
                return null;
            }
        }
        while (reader.TryRead((byte)','));

        if (!reader.TryRead((byte)'}') || pieces.HasTooManyHoles || !Utf8.IsValid(json[..reader.Position]))
        {
            return null;
        }

        length = reader.Position;
        return pieces;
    }

    /// <summary>Passes over an array of merges: strings, or pairs of strings.</summary>
    /// <param name="json">The file, from the array on.</param>
    /// <param name="length">The length of the array.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryPassOverMerges(ReadOnlySpan<byte> json, out int length)
    {
        length = 0;
        var reader = new PlainJson(json);
        if (!reader.TryRead((byte)'['))
        {
            return false;
        }

        do
        {
            bool isPair = reader.TryRead((byte)'[');
            if (!reader.TryReadString(out _)
                || (isPair && !(reader.TryRead((byte)',') && reader.TryReadString(out _) && reader.TryRead((byte)']'))))
            {
                return false;
            }
        }
        while (reader.TryRead((byte)','));

        length = reader.Position + 1;
        return reader.TryRead((byte)']') && reader.Position == length;
    }

    /// <summary>Reads an array of added tokens.</summary>
    /// <param name="json">The file, from the array on.</param>
    /// <param name="length">The length of the array.</param>
    /// <returns>The tokens, or <see langword="null"/>.</returns>
    public static List<AddedToken>? ReadAddedTokens(ReadOnlySpan<byte> json, out int length)
    {
        length = 0;
        var tokens = new List<AddedToken>();
        var reader = new PlainJson(json);
        if (!reader.TryRead((byte)'['))
        {
            return null;
        }

        do
        {
            if (ReadAddedToken(ref reader) is not { } token)
            {
                return null;
            }

            tokens.Add(token);
        }
        while (reader.TryRead((byte)','));

        if (!reader.TryRead((byte)']') || !Utf8.IsValid(json[..reader.Position]))
        {
            return null;
        }

        length = reader.Position;
        return tokens;
    }

    private static AddedToken? ReadAddedToken(ref PlainJson reader)
    {
        int? number = null;
        string? content = null;
        bool? isSpecial = null, isNormalized = null, isSingleWord = null, stripsLeft = null, stripsRight = null;
        if (!reader.TryRead((byte)'{'))
        {
            return null;
        }

        do
        {
            if (!reader.TryReadString(out ReadOnlySpan<byte> name))
            {
                return null;
            }

            // Nothing is read by a name that is there twice, or that is not known.
            bool isRead = name.SequenceEqual("id"u8) ? TryReadNumber(ref reader, ref number)
                : name.SequenceEqual("content"u8) ? TryReadText(ref reader, ref content)
                : name.SequenceEqual("special"u8) ? TryReadFlag(ref reader, ref isSpecial)
                : name.SequenceEqual("normalized"u8) ? TryReadFlag(ref reader, ref isNormalized)
                : name.SequenceEqual("single_word"u8) ? TryReadFlag(ref reader, ref isSingleWord)
                : name.SequenceEqual("lstrip"u8) ? TryReadFlag(ref reader, ref stripsLeft)
                : name.SequenceEqual("rstrip"u8) && TryReadFlag(ref reader, ref stripsRight);
            if (!isRead)
            {
                return null;
            }
        }
        while (reader.TryRead((byte)','));

        return reader.TryRead((byte)'}') && number is not null && content is not null
            ? new AddedToken(number.Value, content)
            {
                IsSpecial = isSpecial ?? false,
                IsNormalized = isNormalized ?? false,
                IsSingleWord = isSingleWord ?? false,
                StripsLeft = stripsLeft ?? false,
                StripsRight = stripsRight ?? false,
            }
            : null;
    }

    private static bool TryReadNumber(ref PlainJson reader, ref int? number)
    {
        if (number is not null || !reader.TryRead((byte)':') || !reader.TryReadNumber(out int value))
        {
            return false;
        }

        number = value;
        return true;
    }

    private static bool TryReadText(ref PlainJson reader, ref string? text)
    {
        if (text is not null || !reader.TryRead((byte)':') || !reader.TryReadString(out ReadOnlySpan<byte> value))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(value);
        return true;
    }

    private static bool TryReadFlag(ref PlainJson reader, ref bool? flag)
    {
        if (flag is not null || !reader.TryRead((byte)':') || !reader.TryReadFlag(out bool value))
        {
            return false;
        }

        flag = value;
        return true;
    }
}
