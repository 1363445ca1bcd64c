using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Audio.Tests;

/// <summary>Writes WAV files, right ones and others.</summary>
internal sealed class WavBuilder
{
    private readonly List<(string Name, byte[] Content)> _before = [];
    private readonly List<(string Name, byte[] Content)> _after = [];

    public ushort Codec { get; set; } = 1;

    public ushort Channels { get; set; } = 1;

    public uint SampleRate { get; set; } = 16_000;

    public ushort Bits { get; set; } = 16;

    public ushort? BytesPerFrame { get; set; }

    public bool IsExtensible { get; set; }

    public byte[] Samples { get; set; } = [];

    public uint? DataLength { get; set; }

    public uint? RiffLength { get; set; }

    /// <summary>The lengths of an RF64 file: of the data.</summary>
    public ulong? LongDataLength { get; set; }

    public WavBuilder Before(string name, params byte[] content)
    {
        _before.Add((name, content));
        return this;
    }

    public WavBuilder After(string name, params byte[] content)
    {
        _after.Add((name, content));
        return this;
    }

    public byte[] ToArray()
    {
        var chunks = new MemoryStream();
        if (LongDataLength is { } longLength)
        {
            byte[] sizes = new byte[28];
            BinaryPrimitives.WriteUInt64LittleEndian(sizes, 0);
            BinaryPrimitives.WriteUInt64LittleEndian(sizes.AsSpan(8), longLength);
            Write(chunks, "ds64", sizes);
        }

        _before.ForEach(chunk => Write(chunks, chunk.Name, chunk.Content));
        Write(chunks, "fmt ", Format());
        Write(chunks, "data", Samples, DataLength ?? (LongDataLength is null ? null : uint.MaxValue));
        _after.ForEach(chunk => Write(chunks, chunk.Name, chunk.Content));
        var file = new MemoryStream();
        file.Write(LongDataLength is null ? "RIFF"u8 : "RF64"u8);
        file.Write(BitConverter.GetBytes(RiffLength ?? (LongDataLength is null ? (uint)chunks.Length + 4 : uint.MaxValue)));
        file.Write("WAVE"u8);
        chunks.WriteTo(file);
        return file.ToArray();
    }

    private byte[] Format()
    {
        byte[] format = new byte[IsExtensible ? 40 : 16];
        ushort bytesPerFrame = BytesPerFrame ?? (ushort)(Channels * ((Bits + 7) / 8));
        BinaryPrimitives.WriteUInt16LittleEndian(format, IsExtensible ? (ushort)0xFFFE : Codec);
        BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(2), Channels);
        BinaryPrimitives.WriteUInt32LittleEndian(format.AsSpan(4), SampleRate);
        BinaryPrimitives.WriteUInt32LittleEndian(format.AsSpan(8), SampleRate * bytesPerFrame);
        BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(12), bytesPerFrame);
        BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(14), Bits);
        if (IsExtensible)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(16), 22);
            BinaryPrimitives.WriteUInt16LittleEndian(format.AsSpan(18), Bits);
            new Guid($"{(uint)Codec:x8}-0000-0010-8000-00aa00389b71").TryWriteBytes(format.AsSpan(24));
        }

        return format;
    }

    private static void Write(MemoryStream chunks, string name, byte[] content, uint? length = null)
    {
        chunks.Write(Encoding.ASCII.GetBytes(name));
        chunks.Write(BitConverter.GetBytes(length ?? (uint)content.Length));
        chunks.Write(content);
        if (content.Length % 2 == 1)
        {
            chunks.WriteByte(0);
        }
    }
}
