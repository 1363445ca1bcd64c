using System.Buffers.Binary;

namespace KernelGen.Text;

/// <summary>
/// Reads the fields of one Protocol Buffers message in place, without building objects for all of it.
/// <see href="https://protobuf.dev/programming-guides/encoding/">The wire format</see>.
/// </summary>
/// <param name="message">The message.</param>
/// <param name="messageStart">Where the message starts in its file, for errors.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int messageStart = 0)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private readonly int _messageStart = messageStart;
    private int _position;

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>The value of the current field when it is a number (for one of single precision, its bits), and 0 otherwise.</summary>
    public ulong Number { get; private set; }

    /// <summary>Where the value of the current field starts in the file, when it is bytes, text or a message.</summary>
    public int Start { get; private set; }

    /// <summary>The value of the current field when it is bytes, text or a message, and empty otherwise.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns><see langword="false"/> at the end of the message.</returns>
    /// <exception cref="InvalidDataException">The message is damaged or cut off.</exception>
    public bool Read()
    {
        if (_position == _message.Length)
        {
            return false;
        }

        int start = _position;
        ulong key = ReadVarint();
        Field = key >> 3 is > 0 and <= int.MaxValue ? (int)(key >> 3) : throw Damaged(start, "a field without a number");
        Number = 0;
        Bytes = default;
        switch (key & 7)
        {
            case 0:
                Number = ReadVarint();
                break;
            case 1:
                Skip(sizeof(ulong));
                break;
            case 2:
                ulong length = ReadVarint();
                int valueStart = _position;
                Skip(length);
                Start = _messageStart + valueStart;
                Bytes = _message[valueStart.._position];
                break;
            case 5:
                int numberStart = _position;
                Skip(sizeof(uint));
                Number = BinaryPrimitives.ReadUInt32LittleEndian(_message[numberStart..]);
                break;
            default:
                throw Damaged(start, $"a field of the unknown kind {key & 7}");
        }

        return true;
    }

    private readonly InvalidDataException Damaged(int position, string what) => new($"byte {_messageStart + position} begins {what}");

    private void Skip(ulong length)
    {
        int left = _message.Length - _position;
        if (length > (ulong)left)
        {
            throw Damaged(_position, $"a value of {length} bytes, but only {left} are left");
        }

        _position += (int)length;
    }

    private ulong ReadVarint()
    {
        int start = _position;
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_position == _message.Length)
            {
                throw Damaged(start, "a number that is cut off");
            }

            byte part = _message[_position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Damaged(start, "a number of more than 64 bits");
    }
}
