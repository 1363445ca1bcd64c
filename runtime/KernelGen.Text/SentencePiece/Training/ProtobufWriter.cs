using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Text;

/// <summary>Writes the fields of one Protocol Buffers message. <see href="https://protobuf.dev/programming-guides/encoding/">The wire format</see>.</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _message = new();

    /// <summary>The message so far.</summary>
    public ReadOnlySpan<byte> Written => _message.WrittenSpan;

    /// <summary>Writes a number. One below 0 is written as its 64 bits are.</summary>
    public void Write(int field, long number)
    {
        WriteKey(field, Varint);
        WriteVarint((ulong)number);
    }

    /// <summary>Writes a truth.</summary>
    public void Write(int field, bool isTrue) => Write(field, isTrue ? 1 : 0);

    /// <summary>Writes a number of single precision.</summary>
    public void Write(int field, float number)
    {
        WriteKey(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_message.GetSpan(sizeof(float)), number);
        _message.Advance(sizeof(float));
    }

    /// <summary>Writes text.</summary>
    public void Write(int field, string text) => Write(field, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes, or a message.</summary>
    public void Write(int field, ReadOnlySpan<byte> bytes)
    {
        WriteKey(field, Bytes);
        WriteVarint((ulong)bytes.Length);
        _message.Write(bytes);
    }

    private void WriteKey(int field, int kind) => WriteVarint(((ulong)field << 3) | (uint)kind);

    private void WriteVarint(ulong value)
    {
        Span<byte> bytes = _message.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        _message.Advance(length);
    }
}
