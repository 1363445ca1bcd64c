using System.Buffers.Binary;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Numerics;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Packing;

/// <summary>Packed files in memory, right ones and wrong ones. The offsets are those of runtime/docs/packed-file.md, written down anew.</summary>
internal static class PackedBytes
{
    public const int FormatVersion = 8;
    public const int LayoutVersion = 12;
    public const int FileLength = 16;
    public const int DataOffset = 24;
    public const int FieldsLength = 28;
    public const int Precision = 32;
    public const int Sharing = 33;
    public const int DataChecksum = 36;
    public const int HeaderChecksum = 40;
    public const int Fields = 64;

    /// <summary>A model of random weights, saved.</summary>
    public static byte[] Of(DeclaredModel declared, int seed = 1)
    {
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed)), InstructionSet.Portable);
        return Save(model);
    }

    public static byte[] Save(EncoderDecoder model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    /// <summary>Makes the checksum of a changed header right: what a liar would do.</summary>
    public static byte[] Sealed(this byte[] file)
    {
        int end = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(DataOffset)), (uint)file.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(HeaderChecksum), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(HeaderChecksum), Crc32C.Finish(Crc32C.Append(Crc32C.Initial, file.AsSpan(0, end))));
        return file;
    }

    /// <summary>A copy with another number in it.</summary>
    public static byte[] With(this byte[] file, int offset, uint value)
    {
        byte[] copy = [.. file];
        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(offset), value);
        return copy;
    }

    /// <summary>A copy with another byte in it.</summary>
    public static byte[] WithByte(this byte[] file, int offset, byte value)
    {
        byte[] copy = [.. file];
        copy[offset] = value;
        return copy;
    }

    public static PackedModel Open(byte[] file, ModelDescription description, bool verifiesChecksum = false) =>
        PackedFile.Open(FileMemory.Of(new MemoryStream(file)), description, precision: null, verifiesChecksum);
}
