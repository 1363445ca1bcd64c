using System.Buffers.Binary;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Families;

namespace KernelGen.Training;

/// <summary>
/// The file of a state of training. It begins with eight bytes of its own, then the version and the length of a text (each 4 bytes, little-endian), the text of <see cref="StateFields"/>, and the CRC-32C of all that. Then come
/// float32 numbers: all tensors of the weights, row by row, as often again as the optimizer keeps a number of each weight, then the same of averages; at the end the CRC-32C of these.
/// Tensors are stored as a checkpoint has them, not as they lie in memory, so that no number of a file ever gets where kernels expect padding.
/// </summary>
internal static unsafe class TrainingState
{
    /// <summary>What to do with a file that cannot be used.</summary>
    public const string Advice = "Resume from another state, or begin anew.";

    private const uint Version = 1;
    private const int PrefixLength = 16;
    private const int LongestText = 1 << 20;

    /// <summary>The first four bytes cannot begin a safetensors file; the line ends and the 0x1A do not survive a transfer as text.</summary>
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'K', (byte)'G', (byte)'T', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes a state.</summary>
    public static void Write(Stream stream, ModelDescription model, TrainingOptions options, TrainingRun run, in TrainingProgress progress)
    {
        byte[] text = StateFields.Format(model, options, run.Parameters.Shape, in progress, run.Last?.Taken ?? 0);
        var header = new ChecksummedStream(stream);
        header.Write(Magic);
        WriteNumber(header, Version);
        WriteNumber(header, (uint)text.Length);
        header.Write(text);
        WriteNumber(stream, header.Checksum);

        var numbers = new ChecksummedStream(stream);
        List<ParameterTensor> tensors = run.Parameters.Tensors;
        foreach (nint block in Blocks(run))
        {
            foreach (ParameterTensor tensor in tensors)
            {
                tensor.Write((float*)block, numbers);
            }
        }

        WriteNumber(stream, numbers.Checksum);
    }

    /// <summary>Reads a state.</summary>
    /// <param name="stream">The file, from its beginning.</param>
    /// <param name="source">The file, to begin a message.</param>
    /// <param name="model">The declared model.</param>
    /// <param name="options">The options of the trainer.</param>
    /// <param name="createRun">Makes what trains given weights.</param>
    /// <exception cref="CheckpointException">The file is damaged, no state, or that of another run.</exception>
    public static (TrainingRun Run, TrainingProgress Progress) Read(
        Stream stream, string source, ModelDescription model, TrainingOptions options, Func<TrainingParameters, TrainingRun> createRun)
    {
        byte[] text = ReadText(stream, source);
        (ParameterShape shape, TrainingProgress progress, long averaged) = StateFields.Read(source, text, model, options);
        CheckShape(shape, source, model, stream.Length);
        int averages = options.ExponentialAverage is not null ? 1 : (int)Math.Min(averaged, options.AverageLast);
        long length = PrefixLength + text.Length + sizeof(uint)
            + (TrainingParameters.CountElements(model, shape) * sizeof(float) * (1 + options.Optimizer.MomentCount + averages)) + sizeof(uint);
        if (stream.Length != length)
        {
            throw new CheckpointException($"{source} is {(stream.Length < length ? "truncated" : "damaged")}: it has {stream.Length} bytes instead of {length}. {Advice}");
        }

        var numbers = new ChecksummedStream(stream);
        TrainingRun run = createRun(TrainingParameters.Filled(model, shape, parameters => ReadBlock(numbers, source, parameters.Tensors, parameters.WeightBlock)));
        try
        {
            run.Last?.Continue(averaged);
            bool isFirst = true;
            foreach (nint block in Blocks(run))
            {
                if (!isFirst)
                {
                    ReadBlock(numbers, source, run.Parameters.Tensors, (float*)block);
                }

                isFirst = false;
            }

            uint announced = ReadNumber(stream, source);
            return announced == numbers.Checksum
                ? (run, progress)
                : throw new CheckpointException($"{source} is damaged: the checksum of its numbers is 0x{numbers.Checksum:X8} instead of 0x{announced:X8}. {Advice}");
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>The blocks of numbers, in the order of the file.</summary>
    private static List<nint> Blocks(TrainingRun run)
    {
        var blocks = new List<nint> { (nint)run.Parameters.WeightBlock };
        foreach (NativeBlock moment in run.Moments)
        {
            blocks.Add((nint)moment.Pointer);
        }

        if (run.Exponential is { } exponential)
        {
            blocks.Add((nint)exponential.Block.Pointer);
        }

        foreach (NativeBlock? kept in run.Last is { } last ? last.Kept : [])
        {
            blocks.Add((nint)kept!.Pointer);
        }

        return blocks;
    }

    private static byte[] ReadText(Stream stream, string source)
    {
        var header = new ChecksummedStream(stream);
        Span<byte> prefix = stackalloc byte[PrefixLength];
        int read = header.ReadAtLeast(prefix, PrefixLength, throwOnEndOfStream: false);
        if (!prefix[..Math.Min(read, Magic.Length)].SequenceEqual(Magic[..Math.Min(read, Magic.Length)]) || read == 0)
        {
            throw new CheckpointException($"{source} {(read == 0 ? "is empty" : "is no state of training: it does not begin as one")}. {Advice}");
        }

        if (read < PrefixLength)
        {
            throw Truncated(source);
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        if (version != Version)
        {
            throw new CheckpointException($"{source} is damaged, or has the version {version}; {Version} is read here. {Advice}");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[12..]);
        if (length > LongestText)
        {
            throw new CheckpointException($"{source} is damaged: it announces a text of {length} bytes, and {LongestText} is the limit. {Advice}");
        }

        byte[] text = new byte[length];
        if (header.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length)
        {
            throw Truncated(source);
        }

        uint announced = ReadNumber(stream, source);
        return announced == header.Checksum
            ? text
            : throw new CheckpointException($"{source} is damaged: the checksum of its beginning is 0x{header.Checksum:X8} instead of 0x{announced:X8}. {Advice}");
    }

    /// <summary>Refuses a shape that the model cannot have, before memory is laid out by it.</summary>
    private static void CheckShape(ParameterShape shape, string source, ModelDescription model, long fileLength)
    {
        ParameterShape least = ParameterShape.OfNew(model);
        var family = Family.Of(model.Architecture);
        long most = fileLength / sizeof(float) / model.ModelDimension;
        bool canBe = (!shape.SharesEmbedding || (family.SharesEmbeddings && model.SourceVocabularySize == model.TargetVocabularySize))
            && (!shape.SharesOutput || model.TieEmbeddings)
            && CanBe(shape.SourcePositions, least.SourcePositions)
            && CanBe(shape.TargetPositions, least.TargetPositions);
        if (!canBe)
        {
            throw new CheckpointException($"{source} is damaged: what it says of tables of embeddings and positions cannot be of '{model.Name}'. {Advice}");
        }

        bool CanBe(int positions, int needed) => needed == 0 ? positions == 0 : positions >= needed && positions <= most;
    }

    private static void ReadBlock(Stream numbers, string source, List<ParameterTensor> tensors, float* block)
    {
        foreach (ParameterTensor tensor in tensors)
        {
            if (!tensor.TryRead(block, numbers))
            {
                throw Truncated(source);
            }
        }
    }

    private static void WriteNumber(Stream stream, uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        stream.Write(bytes);
    }

    private static uint ReadNumber(Stream stream, string source)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : throw Truncated(source);
    }

    private static CheckpointException Truncated(string source) => new($"{source} is truncated. {Advice}");
}
