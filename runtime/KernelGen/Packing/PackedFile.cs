using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Packing;

/// <summary>A file of packed weights: a header, then the memory of a <see cref="PackedModel"/> as it is, to be used in place. runtime/docs/packed-file.md describes it.</summary>
internal static unsafe class PackedFile
{
    /// <summary>Bytes that are written or summed at a time.</summary>
    private const int Chunk = 1 << 20;

    /// <summary>Whether these bytes begin a packed file, though perhaps a damaged one.</summary>
    public static bool Begins(ReadOnlySpan<byte> file) => PackedFormat.Begins(file);

    /// <inheritdoc cref="Begins(ReadOnlySpan{byte})"/>
    public static bool Begins(FileMemory file) => Begins(new ReadOnlySpan<byte>(file.Start, (int)Math.Min(file.Length, PackedFormat.Magic.Length)));

    /// <summary>Opens a packed file.</summary>
    /// <param name="memory">The file; from now on the model's to free.</param>
    /// <param name="description">The declared model.</param>
    /// <param name="precision">The precision that the weights must have, or <see langword="null"/> for any.</param>
    /// <param name="verifiesChecksum">Whether to read all weights and compare their checksum; otherwise they are read when they are used.</param>
    /// <returns>The weights: in place, or in a copy where the memory is not aligned.</returns>
    /// <exception cref="CheckpointException">The file is damaged, of another version, or of another model.</exception>
    public static PackedModel Open(FileMemory memory, ModelDescription description, WeightPrecision? precision, bool verifiesChecksum)
    {
        try
        {
            RefuseBigEndian(BitConverter.IsLittleEndian);
            PackedFileHeader header = PackedFileHeader.Parse(memory.Source, Beginning(memory), memory.Length, description);
            if (precision is { } wanted && wanted != header.Facts.Precision)
            {
                throw new CheckpointException(
                    $"{memory.Source} was saved with {header.Facts.Precision} weights, and {nameof(ModelLoadOptions)}.{nameof(ModelLoadOptions.Precision)} asks for {wanted}. "
                    + "Leave the option out, or load the checkpoint with it.");
            }

            byte* data = memory.Start + header.DataOffset;
            if (verifiesChecksum)
            {
                Verify(memory.Source, data, header);
            }

            if ((nuint)data % PackedModel.Alignment == 0)
            {
                return CheckPadding(memory.Source, new PackedModel(description, header.Facts, memory.Owner, data));
            }

            var block = new NativeBlock(header.DataLength / sizeof(float));
            Buffer.MemoryCopy(data, block.Pointer, header.DataLength, header.DataLength);
            memory.Dispose();
            try
            {
                return CheckPadding(memory.Source, new PackedModel(description, header.Facts, block, (byte*)block.Pointer));
            }
            catch
            {
                block.Dispose();
                throw;
            }
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>What the header of a packed file says, whatever model it is of.</summary>
    /// <param name="memory">The file.</param>
    /// <exception cref="CheckpointException">The file is damaged or of another version.</exception>
    public static PackedFileSummary Summarize(FileMemory memory) =>
        PackedFileHeader.Summarize(memory.Source, Beginning(memory), memory.Length);

    /// <summary>Writes a model to a stream.</summary>
    public static void Write(PackedModel model, Stream stream)
    {
        RefuseBigEndian(BitConverter.IsLittleEndian);
        stream.Write(PackedFileHeader.Format(model, Checksum(model.Start, model.ByteLength)));
        for (long done = 0; done < model.ByteLength; done += Chunk)
        {
            stream.Write(new ReadOnlySpan<byte>(model.Start + done, (int)Math.Min(Chunk, model.ByteLength - done)));
        }
    }

    /// <summary>Writes a model to a file, at once: who has mapped the old one keeps it.</summary>
    public static void Write(PackedModel model, string path) => ReplacedFile.Write(path, "packed file", stream => Write(model, stream));

    /// <summary>Packed files hold numbers as little-endian machines do, and are used as they are.</summary>
    internal static void RefuseBigEndian(bool isLittleEndian)
    {
        if (!isLittleEndian)
        {
            throw new PlatformNotSupportedException("Packed files hold little-endian numbers, which this big-endian machine cannot use in place. Load the safetensors checkpoint instead.");
        }
    }

    /// <summary>Enough of a file to hold its header: a copy, so that what was checked stays so, even where the file is mapped and another process writes to it.</summary>
    private static byte[] Beginning(FileMemory memory) => new ReadOnlySpan<byte>(memory.Start, (int)Math.Min(memory.Length, PackedFileHeader.LongestLength)).ToArray();

    /// <summary>The columns that fill the last panel must be minus infinity, or they could become tokens that the vocabulary does not have.</summary>
    private static PackedModel CheckPadding(string source, PackedModel model)
    {
        int tokens = model.Description.TargetVocabularySize;
        var padding = new ReadOnlySpan<float>(model.Output.Bias + tokens, model.Description.LogitsStride - tokens);
        return padding.ContainsAnyExcept(float.NegativeInfinity)
            ? throw new CheckpointException(
                $"{source} is damaged: the output bias of the columns after token {tokens - 1}, the last of the vocabulary, is not minus infinity. Save it again from the checkpoint.")
            : model;
    }

    private static void Verify(string source, byte* data, PackedFileHeader header)
    {
        uint found = Checksum(data, header.DataLength);
        if (found != header.DataChecksum)
        {
            throw new CheckpointException($"{source} is damaged: the checksum of its weights is 0x{found:X8} instead of 0x{header.DataChecksum:X8}. Copy it or save it again.");
        }
    }

    private static uint Checksum(byte* data, long length)
    {
        uint state = Crc32C.Initial;
        for (long done = 0; done < length; done += Chunk)
        {
            state = Crc32C.Append(state, new ReadOnlySpan<byte>(data + done, (int)Math.Min(Chunk, length - done)));
        }

        return Crc32C.Finish(state);
    }
}
