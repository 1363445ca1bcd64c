using System.Buffers.Binary;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Packing;

/// <summary>What stands before the weights of a packed file; runtime/docs/packed-file.md describes each byte.</summary>
internal readonly record struct PackedFileHeader
{
    /// <summary>The version of the header.</summary>
    private const uint FormatVersion = 1;

    /// <summary>The length of what stands before the fields of the model.</summary>
    private const int PrefixLength = 64;

    /// <summary>The weights begin at a multiple of this: a page.</summary>
    private const int DataAlignment = 4096;

    /// <summary>Far more than a model's fields take; what announces more is damaged.</summary>
    private const int MostFieldBytes = 1 << 16;

    /// <summary>The longest that a header can be.</summary>
    public const int LongestLength = (PrefixLength + MostFieldBytes + DataAlignment - 1) / DataAlignment * DataAlignment;

    private const int FormatVersionOffset = 8;
    private const int LayoutVersionOffset = 12;
    private const int FileLengthOffset = 16;
    private const int DataOffsetOffset = 24;
    private const int FieldsLengthOffset = 28;
    private const int PrecisionOffset = 32;
    private const int ArrangementOffset = 33;
    private const int DataChecksumOffset = 36;
    private const int HeaderChecksumOffset = 40;

    private const byte SharesEmbedding = 1;
    private const byte SharesOutput = 2;
    private const byte HasScreen = 4;

    /// <summary>What else than the description decides the layout.</summary>
    public LayoutFacts Facts { get; private init; }

    /// <summary>Where the weights begin.</summary>
    public int DataOffset { get; private init; }

    /// <summary>The number of bytes of weights.</summary>
    public long DataLength { get; private init; }

    /// <summary>The CRC-32C of the weights.</summary>
    public uint DataChecksum { get; private init; }

    /// <summary>The header of a packed model, up to where the weights begin.</summary>
    public static byte[] Format(PackedModel model, uint dataChecksum)
    {
        byte[] fields = PackedFields.Format(model.Description, model.Facts.Precision == WeightPrecision.Int4 ? model.Facts.FourBits : null);
        byte[] header = new byte[RoundUp(PrefixLength + fields.Length)];
        PackedFormat.Magic.CopyTo(header);
        Write(header, FormatVersionOffset, FormatVersion);
        Write(header, LayoutVersionOffset, PackedModel.LayoutVersion);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(FileLengthOffset), header.Length + model.ByteLength);
        Write(header, DataOffsetOffset, (uint)header.Length);
        Write(header, FieldsLengthOffset, (uint)fields.Length);
        header[PrecisionOffset] = (byte)model.Facts.Precision;
        header[ArrangementOffset] = (byte)((model.Facts.SharesEmbedding ? SharesEmbedding : 0) | (model.Facts.SharesOutput ? SharesOutput : 0) | (model.Facts.HasScreen ? HasScreen : 0));
        Write(header, DataChecksumOffset, dataChecksum);
        fields.CopyTo(header, PrefixLength);
        Write(header, HeaderChecksumOffset, Checksum(header));
        return header;
    }

    /// <summary>Reads the header, trusting nothing in it; only the weights themselves are not looked at.</summary>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="file">The file, or as much of it as a span holds: more than the longest header.</param>
    /// <param name="length">The length of the file.</param>
    /// <param name="description">The declared model.</param>
    /// <exception cref="CheckpointException">The file is damaged, of another version, or of another model.</exception>
    public static PackedFileHeader Parse(string source, ReadOnlySpan<byte> file, long length, ModelDescription description)
    {
        ReadOnlySpan<byte> header = Read(source, file, length);
        WeightPrecision precision = ParsePrecision(source, header[PrecisionOffset]);
        SlotSet? fourBits = PackedFields.Check(source, FieldsOf(header), description, mayHaveFourBits: precision == WeightPrecision.Int4);
        LayoutFacts facts = ParseFacts(source, precision, header[ArrangementOffset], description) with { FourBits = fourBits ?? SlotSet.Empty };
        long dataLength = length - header.Length;
        long needed = PackedModel.LengthOf(description, facts);
        if (dataLength != needed)
        {
            throw new CheckpointException($"{source} is damaged: it holds {dataLength} bytes of weights, and '{description.Name}' has {needed}. Save it again from the checkpoint.");
        }

        return new PackedFileHeader { Facts = facts, DataOffset = header.Length, DataLength = dataLength, DataChecksum = Read(header, DataChecksumOffset) };
    }

    /// <summary>What the header of a packed file says, whatever model it is of.</summary>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="file">The file, or as much of it as a span holds: more than the longest header.</param>
    /// <param name="length">The length of the file.</param>
    /// <exception cref="CheckpointException">The file is damaged or of another version.</exception>
    public static PackedFileSummary Summarize(string source, ReadOnlySpan<byte> file, long length)
    {
        ReadOnlySpan<byte> header = Read(source, file, length);
        return new PackedFileSummary(
            Read(header, FormatVersionOffset),
            Read(header, LayoutVersionOffset),
            ParsePrecision(source, header[PrecisionOffset]),
            (header[ArrangementOffset] & SharesEmbedding) != 0,
            (header[ArrangementOffset] & SharesOutput) != 0,
            (header[ArrangementOffset] & HasScreen) != 0,
            header.Length,
            length - header.Length,
            Read(header, DataChecksumOffset),
            PackedFields.Parse(FieldsOf(header)));
    }

    /// <summary>The bytes of the header, whose versions, lengths and checksum are right.</summary>
    private static ReadOnlySpan<byte> Read(string source, ReadOnlySpan<byte> file, long length)
    {
        if (length < PrefixLength)
        {
            throw new CheckpointException($"{source} is truncated: it has {length} bytes, and a packed file has a header of at least {PrefixLength}. Copy it or save it again.");
        }

        if (!file.StartsWith(PackedFormat.Magic))
        {
            throw new CheckpointException($"{source} is damaged in its first 8 bytes, as by a transfer as text: they should be those of a packed file. Copy it or save it again.");
        }

        CheckVersion(source, "format", Read(file, FormatVersionOffset), FormatVersion);
        long announced = BinaryPrimitives.ReadInt64LittleEndian(file[FileLengthOffset..]);
        if (length < announced)
        {
            throw new CheckpointException($"{source} is truncated: it has {length} bytes, and its header announces {announced}. Copy it or save it again.");
        }

        if (length > announced)
        {
            throw new CheckpointException($"{source} is damaged: it has {length} bytes, and its header announces {announced}, so {(ulong)length - (ulong)announced} too many. Copy it or save it again.");
        }

        uint dataOffset = Read(file, DataOffsetOffset);
        uint fieldsLength = Read(file, FieldsLengthOffset);
        if (fieldsLength > MostFieldBytes || dataOffset != RoundUp(PrefixLength + (int)fieldsLength) || dataOffset > length)
        {
            throw new CheckpointException(
                $"{source} is damaged: its header announces {fieldsLength} bytes of fields and weights from byte {dataOffset} on, which do not belong together in {length} bytes. Copy it or save it again.");
        }

        ReadOnlySpan<byte> header = file[..(int)dataOffset];
        uint expected = Read(file, HeaderChecksumOffset);
        uint found = Checksum(header);
        if (found != expected)
        {
            throw new CheckpointException($"{source} is damaged: the checksum of its header is 0x{found:X8} instead of 0x{expected:X8}. Copy it or save it again.");
        }

        CheckVersion(source, "layout", Read(file, LayoutVersionOffset), PackedModel.LayoutVersion);
        CheckReserved(source, header, ArrangementOffset + 1, DataChecksumOffset);
        CheckReserved(source, header, HeaderChecksumOffset + sizeof(uint), PrefixLength);
        CheckReserved(source, header, PrefixLength + (int)fieldsLength, header.Length);
        return header;
    }

    /// <summary>Bytes that mean nothing are zero, so that a version in which they mean something can be told from this one.</summary>
    private static void CheckReserved(string source, ReadOnlySpan<byte> header, int begin, int end)
    {
        int offset = header[begin..end].IndexOfAnyExcept((byte)0);
        if (offset >= 0)
        {
            throw new CheckpointException(
                $"{source} is damaged, or of a version that is unknown here: byte {begin + offset} of its header is {header[begin + offset]}, and is 0 in every file of this version. Save it again from the checkpoint.");
        }
    }

    private static ReadOnlySpan<byte> FieldsOf(ReadOnlySpan<byte> header) => header.Slice(PrefixLength, (int)Read(header, FieldsLengthOffset));

    private static LayoutFacts ParseFacts(string source, WeightPrecision known, byte arrangement, ModelDescription description)
    {
        bool sharesEmbedding = (arrangement & SharesEmbedding) != 0;
        if ((arrangement & ~(SharesEmbedding | SharesOutput | HasScreen)) != 0
            || (sharesEmbedding && description.SourceVocabularySize != description.TargetVocabularySize)
            || ((arrangement & HasScreen) != 0 && !LayoutFacts.CanScreen(description, known)))
        {
            throw new CheckpointException($"{source} is damaged: its weights cannot be arranged as its header says ({arrangement}). Save it again from the checkpoint.");
        }

        return new LayoutFacts(known, sharesEmbedding, (arrangement & SharesOutput) != 0, (arrangement & HasScreen) != 0);
    }

    private static WeightPrecision ParsePrecision(string source, byte precision) => Enum.IsDefined((WeightPrecision)precision)
        ? (WeightPrecision)precision
        : throw new CheckpointException($"{source} holds weights of the precision {precision}, which this version does not know. Save it again from the checkpoint.");

    private static void CheckVersion(string source, string what, uint found, uint expected)
    {
        if (found != expected)
        {
            throw new CheckpointException($"{source} has version {found} of the packed {what}, and this version of KernelGen reads version {expected}. Save it again from the checkpoint.");
        }
    }

    /// <summary>The CRC-32C of the header, its own field taken as zero.</summary>
    private static uint Checksum(ReadOnlySpan<byte> header)
    {
        uint state = Crc32C.Append(Crc32C.Initial, header[..HeaderChecksumOffset]);
        state = Crc32C.Append(state, [0, 0, 0, 0]);
        return Crc32C.Finish(Crc32C.Append(state, header[(HeaderChecksumOffset + sizeof(uint))..]));
    }

    private static int RoundUp(int length) => (length + DataAlignment - 1) / DataAlignment * DataAlignment;

    private static uint Read(ReadOnlySpan<byte> file, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file[offset..]);

    private static void Write(byte[] header, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(offset), value);
}
