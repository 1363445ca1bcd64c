using System.Buffers.Binary;
using System.Numerics;

namespace KernelGen.Audio;

/// <summary>Reads bits, highest first, and keeps the checksum of the bytes of a frame.</summary>
internal sealed class FlacBitReader
{
    // Eight bytes are loaded at once, wherever the next bit is.
    private const int LoadLength = sizeof(ulong);

    private readonly ByteInput _input;
    private readonly byte[] _bytes = new byte[ByteInput.BufferLength + LoadLength];

    /// <summary>How many bytes there are.</summary>
    private int _length;

    /// <summary>The next bit.</summary>
    private int _bit;

    /// <summary>The first byte that is not in the checksum.</summary>
    private int _unchecked;

    private ushort _checksum;

    public FlacBitReader(ByteInput input)
    {
        _input = input;
    }

    /// <summary>Where the byte of the next bit is in the file.</summary>
    public long Position => _input.Position - _length + (_bit >> 3);

    /// <summary>Begins a frame at the next byte, of which, and of those after it, as many as asked for are returned, or all that are left.</summary>
    public ReadOnlySpan<byte> BeginFrame(int count)
    {
        _unchecked = _bit >> 3;
        _checksum = 0;
        if (_length - _unchecked < count)
        {
            Fill(count);
        }

        return _bytes.AsSpan(_unchecked, Math.Min(count, _length - _unchecked));
    }

    /// <summary>Skips bits up to the next byte, and reads the checksum that stands there.</summary>
    /// <returns>Whether it is that of the frame.</returns>
    public bool EndFrame()
    {
        _bit = (_bit + 7) & ~7;
        AddToChecksum();
        ushort checksum = _checksum;
        return ReadBits(16) == checksum;
    }

    /// <summary>Reads an unsigned number.</summary>
    /// <param name="count">How many bits it has, 0 to 40.</param>
    /// <exception cref="FlacFrameException">The file ends before it does.</exception>
    public ulong ReadBits(int count)
    {
        Require(count);
        ulong value = BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(_bit >> 3)) << (_bit & 7);
        _bit += count;
        return count == 0 ? 0 : value >> (64 - count);
    }

    /// <summary>Reads a number in two's complement.</summary>
    /// <param name="count">How many bits it has, 1 to 40.</param>
    /// <exception cref="FlacFrameException">The file ends before it does.</exception>
    public long ReadSignedBits(int count)
    {
        Require(count);
        long value = (long)(BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(_bit >> 3)) << (_bit & 7));
        _bit += count;
        return value >> (64 - count);
    }

    /// <summary>Reads zeros and the one behind them.</summary>
    /// <returns>How many zeros there are.</returns>
    /// <exception cref="FlacFrameException">The file ends before the one comes.</exception>
    public long ReadZeros()
    {
        long zeros = 0;
        while (true)
        {
            Require(1);
            int usable = Math.Min(64 - (_bit & 7), (8 * _length) - _bit);
            ulong value = BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(_bit >> 3)) << (_bit & 7);
            int now = BitOperations.LeadingZeroCount(value);
            if (now < usable)
            {
                _bit += now + 1;
                return zeros + now;
            }

            zeros += usable;
            _bit += usable;
        }
    }

    private void Require(int count)
    {
        if (_bit + count > 8 * _length)
        {
            Fill(((_bit & 7) + count + 7) >> 3);
            if (_bit + count > 8 * _length)
            {
                throw FlacFrameException.End();
            }
        }
    }

    /// <summary>Moves what is not read to the front, and reads behind it.</summary>
    /// <param name="count">How many bytes are wanted.</param>
    private void Fill(int count)
    {
        AddToChecksum();
        int start = _bit >> 3;
        _bytes.AsSpan(start, _length - start).CopyTo(_bytes);
        _length -= start;
        _unchecked = 0;
        _bit &= 7;
        while (_length < count)
        {
            int read = _input.Read(_bytes.AsSpan(_length, ByteInput.BufferLength - _length));
            if (read == 0)
            {
                break;
            }

            _length += read;
        }
    }

    private void AddToChecksum()
    {
        int end = _bit >> 3;
        _checksum = FlacChecksums.OfFrame(_checksum, _bytes.AsSpan(_unchecked, end - _unchecked));
        _unchecked = end;
    }
}
