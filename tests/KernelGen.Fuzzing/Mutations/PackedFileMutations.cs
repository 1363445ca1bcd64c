using System.Buffers.Binary;
using System.Text;
using KernelGen.Numerics;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>Packed files that lie under right checksums. The offsets are those of runtime/docs/packed-file.md.</summary>
internal static class PackedFileMutations
{
    private const int FileLength = 16;
    private const int DataOffset = 24;
    private const int FieldsLength = 28;
    private const int Precision = 32;
    private const int Arrangement = 33;
    private const int DataChecksum = 36;
    private const int HeaderChecksum = 40;
    private const int Fields = 64;

    private static readonly uint[] Numbers = [0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0xFF7FFFFF, 1, 0x80000000, 0xFFFFFFFF, 0x3F800000, 0, 0x7F7F7F7F, 0x80808080];

    /// <summary>Changes a copy of a file some times.</summary>
    public static byte[] Mutate(Random random, byte[] file)
    {
        byte[] changed = [.. file];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            changed = MutateOnce(random, changed);
        }

        if (random.Next(4) > 0 && changed.Length >= Fields)
        {
            BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(FileLength), changed.Length);
        }

        // Mostly what a liar would do.
        return random.Next(8) == 0 ? changed : Seal(changed);
    }

    private static byte[] MutateOnce(Random random, byte[] file)
    {
        if (file.Length < Fields)
        {
            return file;
        }

        int dataOffset = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(DataOffset)), (uint)file.Length);
        switch (random.Next(10))
        {
            case 0:
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(random.Next(2) == 0 ? DataOffset : FieldsLength), (uint)ByteMutations.Boundary(random));
                return file;
            case 1:
                BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(FileLength), ByteMutations.Boundary(random));
                return file;
            case 2:
                file[random.Next(2) == 0 ? Precision : Arrangement] = (byte)random.Next(random.Next(2) == 0 ? 8 : 256);
                return file;
            case 3:
                file[random.Next(dataOffset)] = (byte)random.Next(256);
                return file;
            case 4:
                return WithFields(random, file, dataOffset);
            case 5:
                return random.Next(2) == 0 ? file[..random.Next(file.Length)] : [.. file, .. new byte[random.Next(1, 200)]];
            default:
                // Any part of the weights; the output's bias and the screen's bounds are in the first half.
                for (int count = random.Next(1, 40); count > 0 && dataOffset + sizeof(uint) <= file.Length; count--)
                {
                    int element = random.Next((file.Length - dataOffset) / sizeof(uint));
                    BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(dataOffset + (element * sizeof(uint))), Numbers[random.Next(Numbers.Length)]);
                }

                return file;
        }
    }

    /// <summary>Other lines in the header.</summary>
    private static byte[] WithFields(Random random, byte[] file, int dataOffset)
    {
        int length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(FieldsLength)), (uint)Math.Max(0, dataOffset - Fields));
        string fields = Encoding.Latin1.GetString(file, Fields, length);
        fields = random.Next(5) switch
        {
            0 => fields.Replace("=1\n", $"={ByteMutations.Boundary(random)}\n", StringComparison.Ordinal),
            1 => fields + string.Concat(Enumerable.Range(0, random.Next(1, 8000)).Select(static i => $"{i}\n")),
            2 => fields.Replace("Declaration=", "Declaration=\u001b[31m" + new string('D', 2000), StringComparison.Ordinal),
            3 => fields[..random.Next(fields.Length + 1)],
            _ => fields.Replace('\n', (char)random.Next(256)),
        };
        byte[] bytes = Encoding.Latin1.GetBytes(fields);
        byte[] header = new byte[(Fields + bytes.Length + 4095) / 4096 * 4096];
        file.AsSpan(0, Fields).CopyTo(header);
        bytes.CopyTo(header, Fields);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(FieldsLength), (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(DataOffset), (uint)header.Length);
        return [.. header, .. file[dataOffset..]];
    }

    /// <summary>Makes both checksums right.</summary>
    private static byte[] Seal(byte[] file)
    {
        if (file.Length < Fields)
        {
            return file;
        }

        int dataOffset = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(DataOffset)), (uint)file.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(DataChecksum), Crc32C.Finish(Crc32C.Append(Crc32C.Initial, file.AsSpan(dataOffset))));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(HeaderChecksum), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(HeaderChecksum), Crc32C.Finish(Crc32C.Append(Crc32C.Initial, file.AsSpan(0, dataOffset))));
        return file;
    }
}
