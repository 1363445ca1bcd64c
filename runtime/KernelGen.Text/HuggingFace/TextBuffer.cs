using System.Text;
using System.Text.Unicode;

namespace KernelGen.Text;

/// <summary>A text on its way to tokens: UTF-8, and, where it is asked for, from which character of the original text each byte comes.</summary>
internal sealed class TextBuffer
{
    /// <summary>How many times as long as it was a text may become. Unicode's own rules make 11 times as much at most.</summary>
    private const int MostGrowth = 64;

    /// <summary>Words are read in blocks, which may go on beyond the text.</summary>
    private const int Padding = WordKey.BlockSize;

    private byte[] _bytes = new byte[256];
    private int[] _origins = [];

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The most bytes that may be written, so that no rules make much of a short text.</summary>
    public int Limit { get; set; } = int.MaxValue;

    /// <summary>Whether the origins of bytes are kept.</summary>
    public bool IsTracked { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>The bytes, and <see cref="WordKey.BlockSize"/> or more behind them, which hold anything.</summary>
    public ReadOnlySpan<byte> PaddedBytes => _bytes;

    /// <summary>The bytes that the buffer can hold without growing.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The <see cref="Limit"/> for what a text becomes.</summary>
    /// <param name="length">The length of the text, in bytes.</param>
    public static int LimitFor(int length) => (int)Math.Min((MostGrowth * (long)length) + 1024, Array.MaxLength);

    /// <summary>Empties the buffer.</summary>
    public void Clear(bool isTracked) => (Length, IsTracked) = (0, isTracked);

    /// <summary>Takes a whole text; halves of surrogate pairs become U+FFFD.</summary>
    public void Fill(string text, bool isTracked)
    {
        Clear(isTracked);
        Reserve(3 * text.Length);
        if (!isTracked)
        {
            Utf8.FromUtf16(text, _bytes, out _, out int written);
            Length = written;
            return;
        }

        for (int start = 0; start < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(start), out Rune character, out int length);
            int written = character.EncodeToUtf8(_bytes.AsSpan(Length));
            _origins.AsSpan(Length, written).Fill(start);
            Length += written;
            start += length;
        }

        _origins[Length] = text.Length;
    }

    /// <summary>Appends bytes that all stand for the character at one place of the original text.</summary>
    public void Append(ReadOnlySpan<byte> bytes, int origin) => Write(bytes, origin);

    /// <summary>Appends bytes that stand for nothing, before what comes from a place of the original text.</summary>
    public void Insert(ReadOnlySpan<byte> bytes, int origin) => Write(bytes, ~origin);

    /// <summary>Appends a part of another buffer, with its origins.</summary>
    public void Append(TextBuffer other, int start, int length)
    {
        Reserve(Length + length);
        other._bytes.AsSpan(start, length).CopyTo(_bytes.AsSpan(Length));
        if (IsTracked)
        {
            other._origins.AsSpan(start, length).CopyTo(_origins.AsSpan(Length));
        }

        Length += length;
    }

    /// <summary>Says where in the original text this one ends.</summary>
    public void End(int origin)
    {
        if (IsTracked)
        {
            Reserve(Length);
            _origins[Length] = origin;
        }
    }

    /// <summary>Where in the original text the byte at a position comes from, or what it stands before; 0 where origins are not kept.</summary>
    public int OriginOf(int position) => IsTracked ? Place(_origins[position]) : 0;

    /// <summary>The part of the original text that some bytes stand for: all of each character that one of them comes from.</summary>
    public (int Start, int Length) Origin(int start, int end)
    {
        while (start < end && _origins[start] < 0)
        {
            start++;
        }

        if (start >= end)
        {
            return (OriginOf(start), 0);
        }

        int last = _origins[end - 1];
        while (end < Length && _origins[end] == last)
        {
            end++;
        }

        return (_origins[start], Math.Max(OriginOf(end) - _origins[start], 0));
    }

    private static int Place(int origin) => origin < 0 ? ~origin : origin;

    private void Write(ReadOnlySpan<byte> bytes, int origin)
    {
        Reserve(Length + bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        if (IsTracked)
        {
            _origins.AsSpan(Length, bytes.Length).Fill(origin);
        }

        Length += bytes.Length;
    }

    private void Reserve(int length)
    {
        if (length > Limit)
        {
            throw new InvalidDataException($"its normalizer makes more than {Limit} bytes of a text, which is more than {MostGrowth} times what it was");
        }

        if (_bytes.Length < length + Padding)
        {
            Array.Resize(ref _bytes, Math.Max(length + Padding, 2 * _bytes.Length));
        }

        if (IsTracked && _origins.Length <= _bytes.Length)
        {
            Array.Resize(ref _origins, _bytes.Length + 1);
        }
    }
}
