using System.Buffers;
using System.Text;

namespace KernelGen.Text;

/// <summary>How pieces become text, as tokenizer.json's <c>decoder</c> names it.</summary>
internal abstract class PieceDecoder
{
    /// <summary>The text of one sequence of pieces while they come.</summary>
    public abstract PieceSequence Begin();
}

/// <summary>The pieces of one sequence, on their way to text.</summary>
internal abstract class PieceSequence
{
    /// <summary>Takes the next piece.</summary>
    /// <param name="piece">The piece as the vocabulary writes it, in UTF-8.</param>
    /// <returns>The text that has become certain.</returns>
    public abstract string Append(ReadOnlySpan<byte> piece);

    /// <summary>Ends the sequence, and is then at the beginning of another.</summary>
    /// <returns>The rest of the text.</returns>
    public abstract string Flush();
}

/// <summary><c>ByteLevel</c>: the characters of pieces stand for bytes, which are UTF-8 together.</summary>
internal sealed class ByteLevelDecoder : PieceDecoder
{
    public override PieceSequence Begin() => new Sequence();

    private sealed class Sequence : PieceSequence
    {
        private readonly ByteText _text = new();

        public override string Append(ReadOnlySpan<byte> piece)
        {
            byte[] bytes = ArrayPool<byte>.Shared.Rent(piece.Length);

            // A piece with any other character, which only an added token can have, is text.
            string text = _text.Append(ByteLevelAlphabet.TryDecode(piece, bytes, out int length) ? bytes.AsSpan(0, length) : piece);
            ArrayPool<byte>.Shared.Return(bytes);
            return text;
        }

        public override string Flush() => _text.Flush();
    }
}

/// <summary><c>Metaspace</c>: the visible character for spaces becomes a space, and nothing in the first piece.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool dropsFirst) : PieceDecoder
{
    public override PieceSequence Begin() => new Sequence(replacement, dropsFirst);

    private sealed class Sequence(string replacement, bool dropsFirst) : PieceSequence
    {
        private bool _isFirst = true;

        public override string Append(ReadOnlySpan<byte> piece)
        {
            string text = Encoding.UTF8.GetString(piece).Replace(replacement, _isFirst && dropsFirst ? "" : " ", StringComparison.Ordinal);
            _isFirst = false;
            return text;
        }

        public override string Flush()
        {
            _isFirst = true;
            return "";
        }
    }
}

/// <summary>No decoder at all: pieces with spaces between them.</summary>
internal sealed class SpacedDecoder : PieceDecoder
{
    public override PieceSequence Begin() => new Sequence();

    private sealed class Sequence : PieceSequence
    {
        private bool _isFirst = true;

        public override string Append(ReadOnlySpan<byte> piece)
        {
            string text = Encoding.UTF8.GetString(piece);
            text = _isFirst ? text : " " + text;
            _isFirst = false;
            return text;
        }

        public override string Flush()
        {
            _isFirst = true;
            return "";
        }
    }
}

/// <summary>
/// <c>Replace</c>, <c>ByteFallback</c>, <c>Fuse</c> and <c>Strip</c>, in this order: replacements in each piece, bytes that follow each other as UTF-8, and
/// characters that are dropped from the start.
/// </summary>
internal sealed class StepwiseDecoder : PieceDecoder
{
    /// <summary>What is replaced in each piece, and by what.</summary>
    public (string Pattern, string Replacement)[] Replacements { get; init; } = [];

    /// <summary>Whether pieces such as <c>&lt;0xE7&gt;</c> are bytes.</summary>
    public bool HasBytes { get; init; }

    /// <summary>The character that is dropped from the start.</summary>
    public char Stripped { get; init; }

    /// <summary>How often, at most.</summary>
    public int StripCount { get; init; }

    /// <summary>The byte that a piece stands for, or -1.</summary>
    public static int ByteOf(ReadOnlySpan<byte> piece) =>
        piece.Length == 6 && piece.StartsWith("<0x"u8) && piece[5] == '>' && HexDigit(piece[3]) is >= 0 and int high && HexDigit(piece[4]) is >= 0 and int low ? (high << 4) | low : -1;

    public override PieceSequence Begin() => new Sequence(this);

    private static int HexDigit(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => character - '0',
        >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
        _ => -1,
    };

    private sealed class Sequence(StepwiseDecoder steps) : PieceSequence
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private int _stripsLeft = steps.StripCount;

        public override string Append(ReadOnlySpan<byte> piece)
        {
            if (steps.HasBytes && ByteOf(piece) is >= 0 and int value)
            {
                _bytes.Write([(byte)value]);
                return "";
            }

            string text = Encoding.UTF8.GetString(piece);
            foreach ((string pattern, string replacement) in steps.Replacements)
            {
                text = text.Replace(pattern, replacement, StringComparison.Ordinal);
            }

            return Strip(TakeBytes() + text);
        }

        public override string Flush()
        {
            string text = Strip(TakeBytes());
            _stripsLeft = steps.StripCount;
            return text;
        }

        /// <summary>Bytes in a row, which are one text or, if they are no UTF-8 together, a U+FFFD each.</summary>
        private string TakeBytes()
        {
            if (_bytes.WrittenCount == 0)
            {
                return "";
            }

            string text = System.Text.Unicode.Utf8.IsValid(_bytes.WrittenSpan) ? Encoding.UTF8.GetString(_bytes.WrittenSpan) : new string('\uFFFD', _bytes.WrittenCount);
            _bytes.ResetWrittenCount();
            return text;
        }

        private string Strip(string text)
        {
            int start = 0;
            while (_stripsLeft > 0 && start < text.Length)
            {
                if (text[start] == steps.Stripped)
                {
                    start++;
                    _stripsLeft--;
                }
                else
                {
                    _stripsLeft = 0;
                }
            }

            return text[start..];
        }
    }
}
