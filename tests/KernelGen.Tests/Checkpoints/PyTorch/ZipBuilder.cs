using System.Buffers.Binary;
using System.Text;

namespace KernelGen.Tests.Checkpoints.PyTorch;

/// <summary>A file in a zip file, every part of which may lie.</summary>
internal sealed record ZipPart(string Name, byte[] Data)
{
    public int Method { get; init; }

    public int Flags { get; init; }

    /// <summary>Bytes before the data, in the header of the entry, as PyTorch pads it.</summary>
    public int Padding { get; init; }

    /// <summary>What the directory says of the length; <see langword="null"/> is the truth, as for those below.</summary>
    public ulong? Length { get; init; }

    public ulong? StoredLength { get; init; }

    public ulong? Begin { get; init; }

    /// <summary>The name in the header of the entry.</summary>
    public string? OwnName { get; init; }
}

/// <summary>Writes zip files in memory, uncompressed as PyTorch does, right ones and wrong ones.</summary>
internal sealed class ZipBuilder
{
    public List<ZipPart> Parts { get; } = [];

    /// <summary>Whether all lengths and places are written as 64-bit numbers, as beyond 4 GB.</summary>
    public bool IsLarge { get; set; }

    public string Comment { get; set; } = "";

    public ulong? Count { get; set; }

    public ulong? DirectoryLength { get; set; }

    public ulong? DirectoryBegin { get; set; }

    /// <summary>Bytes between the last entry and the directory.</summary>
    public byte[] Gap { get; set; } = [];

    public ZipBuilder Add(ZipPart part)
    {
        Parts.Add(part);
        return this;
    }

    public ZipBuilder Add(string name, byte[] data) => Add(new ZipPart(name, data));

    public byte[] ToArray()
    {
        var file = new List<byte>();
        var directory = new List<byte>();
        foreach (ZipPart part in Parts)
        {
            ulong begin = part.Begin ?? (ulong)file.Count;
            byte[] name = Encoding.UTF8.GetBytes(part.Name);
            byte[] ownName = Encoding.UTF8.GetBytes(part.OwnName ?? part.Name);
            Write(file, 4, 0x04034B50);
            Write(file, 2, 0);
            Write(file, 2, (ulong)part.Flags);
            Write(file, 2, (ulong)part.Method);
            Write(file, 8, 0);
            Write(file, 8, 0);
            Write(file, 2, (ulong)ownName.Length);
            Write(file, 2, (ulong)part.Padding);
            file.AddRange(ownName);
            file.AddRange(new byte[part.Padding]);
            file.AddRange(part.Data);

            ulong length = part.Length ?? (ulong)part.Data.Length;
            ulong stored = part.StoredLength ?? (ulong)part.Data.Length;
            Write(directory, 4, 0x02014B50);
            Write(directory, 4, 0);
            Write(directory, 2, (ulong)part.Flags);
            Write(directory, 2, (ulong)part.Method);
            Write(directory, 8, 0);
            Write(directory, 4, IsLarge ? uint.MaxValue : stored);
            Write(directory, 4, IsLarge ? uint.MaxValue : length);
            Write(directory, 2, (ulong)name.Length);
            Write(directory, 2, IsLarge ? 28u + 5 : 0);
            Write(directory, 10, 0);
            Write(directory, 4, IsLarge ? uint.MaxValue : begin);
            directory.AddRange(name);
            if (IsLarge)
            {
                // Another field first, which has to be skipped.
                Write(directory, 2, 0x5455);
                Write(directory, 2, 1);
                Write(directory, 1, 0);
                Write(directory, 2, 1);
                Write(directory, 2, 24);
                Write(directory, 8, length);
                Write(directory, 8, stored);
                Write(directory, 8, begin);
            }
        }

        file.AddRange(Gap);
        ulong directoryBegin = DirectoryBegin ?? (ulong)file.Count;
        ulong directoryLength = DirectoryLength ?? (ulong)directory.Count;
        ulong count = Count ?? (ulong)Parts.Count;
        file.AddRange(directory);
        if (IsLarge)
        {
            ulong end = (ulong)file.Count;
            Write(file, 4, 0x06064B50);
            Write(file, 8, 44);
            Write(file, 12, 0);
            Write(file, 8, count);
            Write(file, 8, count);
            Write(file, 8, directoryLength);
            Write(file, 8, directoryBegin);
            Write(file, 4, 0x07064B50);
            Write(file, 4, 0);
            Write(file, 8, end);
            Write(file, 4, 1);
        }

        Write(file, 4, 0x06054B50);
        Write(file, 4, 0);
        Write(file, 2, IsLarge ? ushort.MaxValue : count);
        Write(file, 2, IsLarge ? ushort.MaxValue : count);
        Write(file, 4, IsLarge ? uint.MaxValue : directoryLength);
        Write(file, 4, IsLarge ? uint.MaxValue : directoryBegin);
        Write(file, 2, (ulong)Comment.Length);
        file.AddRange(Encoding.ASCII.GetBytes(Comment));
        return [.. file];
    }

    /// <summary>Writes a number of so many bytes, or as much of it as there is room for.</summary>
    private static void Write(List<byte> bytes, int width, ulong number)
    {
        byte[] all = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(all, number);
        bytes.AddRange(all.AsSpan(0, width));
    }
}
