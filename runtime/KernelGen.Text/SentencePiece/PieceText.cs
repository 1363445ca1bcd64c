using System.Buffers;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// Text that is put together, in UTF-8, from pieces and from single bytes. The bytes of a character are held back until it is whole; those that become none
/// are U+FFFD, one for each, as in SentencePiece.
/// </summary>
internal sealed class PieceText(int capacity)
{
    private const int LongestCharacter = 4;

    private readonly ArrayBufferWriter<byte> _text = new(Math.Max(capacity, 16));
    private readonly byte[] _held = new byte[LongestCharacter];
    private int _heldCount;

    /// <summary>U+2581, which stands for a space in pieces.</summary>
    public static ReadOnlySpan<byte> Space => "\u2581"u8;

    /// <summary>Whether there is no text to take.</summary>
    public bool IsEmpty => _text.WrittenCount == 0;

    /// <summary>Appends a byte of UTF-8.</summary>
    public void Append(byte value)
    {
        _held[_heldCount++] = value;
        WriteHeld(isEnd: false);
    }

    /// <summary>Appends a piece in which U+2581 stands for spaces.</summary>
    public void AppendPiece(ReadOnlySpan<byte> piece)
    {
        EndBytes();
        while (piece.IndexOf(Space) is >= 0 and int space)
        {
            _text.Write(piece[..space]);
            _text.Write(" "u8);
            piece = piece[(space + Space.Length)..];
        }

        _text.Write(piece);
    }

    /// <summary>Appends text as it is.</summary>
    public void Append(ReadOnlySpan<byte> text)
    {
        EndBytes();
        _text.Write(text);
    }

    /// <summary>Ends a run of bytes: those that are held back become no character any more.</summary>
    public void EndBytes() => WriteHeld(isEnd: true);

    /// <summary>Hands out the text so far, and forgets it.</summary>
    public string Take()
    {
        string text = Encoding.UTF8.GetString(_text.WrittenSpan);
        _text.ResetWrittenCount();
        return text;
    }

    private void WriteHeld(bool isEnd)
    {
        while (_heldCount > 0)
        {
            Span<byte> held = _held.AsSpan(0, _heldCount);
            OperationStatus status = Rune.DecodeFromUtf8(held, out _, out int length);
            if (status == OperationStatus.NeedMoreData && !isEnd)
            {
                return;
            }

            if (status != OperationStatus.Done)
            {
                length = 1;
            }

            _text.Write(status == OperationStatus.Done ? held[..length] : "\uFFFD"u8);
            held[length..].CopyTo(held);
            _heldCount -= length;
        }
    }
}
