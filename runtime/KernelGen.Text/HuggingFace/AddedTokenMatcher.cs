using System.Buffers;
using System.Globalization;
using System.Text;

namespace KernelGen.Text;

/// <summary>Finds added tokens in a text: from the left, at each place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _tokens;
    private readonly PieceTrie _contents;
    private readonly SearchValues<byte> _firstBytes;

    /// <summary>Creates a matcher.</summary>
    /// <param name="tokens">The tokens; of two that are written alike the first counts.</param>
    /// <param name="contents">How each is written, in UTF-8.</param>
    public AddedTokenMatcher(AddedToken[] tokens, byte[][] contents)
    {
        _tokens = tokens;
        _contents = new PieceTrie();
        var firstBytes = new HashSet<byte>();
        for (int i = 0; i < tokens.Length; i++)
        {
            if (contents[i].Length > 0)
            {
                _contents.Add(contents[i], i);
                firstBytes.Add(contents[i][0]);
            }
        }

        _firstBytes = SearchValues.Create([.. firstBytes]);
    }

    /// <summary>Finds the next token in a part of a text.</summary>
    /// <param name="text">The text, to the end of the part.</param>
    /// <param name="partStart">Where the part starts.</param>
    /// <param name="done">What is before this is taken already.</param>
    /// <param name="from">Where to search from; afterwards, where to search from next.</param>
    /// <param name="match">The token, and what it takes of the text.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(ReadOnlySpan<byte> text, int partStart, int done, ref int from, out AddedTokenMatch match)
    {
        while (true)
        {
            int found = text[from..].IndexOfAny(_firstBytes);
            if (found < 0)
            {
                match = default;
                return false;
            }

            int start = from + found;
            int length = _contents.LongestPrefix(text[start..]);
            if (length == 0)
            {
                from = start + 1;
                continue;
            }

            from = start + length;
            int end = from;
            AddedToken token = _tokens[_contents.Find(text[start..end])];
            if (token.IsSingleWord && (EndsWithWord(text[partStart..start]) || StartsWithWord(text[end..])))
            {
                continue;
            }

            while (token.StripsLeft && start > done)
            {
                Rune.DecodeLastFromUtf8(text[done..start], out Rune before, out int size);
                if (!Rune.IsWhiteSpace(before))
                {
                    break;
                }

                start -= size;
            }

            while (token.StripsRight && end < text.Length && WhiteSpace.LengthAt(text[end..]) is > 0 and int size)
            {
                end += size;
            }

            match = new AddedTokenMatch(token.Token, start, end);
            return true;
        }
    }

    private static bool EndsWithWord(ReadOnlySpan<byte> text) => !text.IsEmpty && Rune.DecodeLastFromUtf8(text, out Rune last, out _) == OperationStatus.Done && IsWord(last);

    private static bool StartsWithWord(ReadOnlySpan<byte> text) => !text.IsEmpty && Rune.DecodeFromUtf8(text, out Rune first, out _) == OperationStatus.Done && IsWord(first);

    /// <summary>Whether a character is of those that <c>\w</c> stands for in Unicode: alphabetic, marks, decimal digits, connectors, joiners.</summary>
    private static bool IsWord(Rune character) => Rune.GetUnicodeCategory(character) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        _ => character.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
    };
}

/// <summary>An added token that was found, and what it takes of the text.</summary>
internal readonly record struct AddedTokenMatch(int Token, int Start, int End);
