namespace KernelGen.Checkpoints;

/// <summary>One tensor of a <see cref="Checkpoint"/>.</summary>
public sealed unsafe class TensorInfo
{
    private readonly long[] _shape;
    private readonly byte* _data;

    private readonly string? _layoutProblem;

    /// <param name="file">The file.</param>
    /// <param name="name">The name.</param>
    /// <param name="typeName">The type of the elements, as safetensors calls it.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="allData">What the offset counts from.</param>
    /// <param name="offset">Where the tensor begins.</param>
    /// <param name="byteLength">The number of bytes of its elements.</param>
    /// <param name="layoutProblem">Why the elements do not lie there row by row, to follow the name in a message; <see langword="null"/> where they do.</param>
    internal TensorInfo(Checkpoint file, string name, string typeName, long[] shape, byte* allData, long offset, long byteLength, string? layoutProblem = null)
    {
        _layoutProblem = layoutProblem;
        File = file;
        Name = name;
        TypeName = typeName;
        DataType = TensorDataTypes.Of(typeName);
        _shape = shape;
        _data = allData + offset;
        Offset = offset;
        ByteLength = byteLength;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The type of the elements.</summary>
    public TensorDataType DataType { get; }

    /// <summary>The type of the elements as a safetensors file names it: <c>F32</c>, <c>I64</c>...</summary>
    public string TypeName { get; }

    /// <summary>The dimensions, the slowest first; empty for a single number.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The number of bytes that the elements take.</summary>
    public long ByteLength { get; }

    /// <summary>Where the tensor begins in the data of the file.</summary>
    internal long Offset { get; }

    /// <summary>The file that holds the tensor; whoever holds a tensor keeps the memory of its file alive.</summary>
    internal Checkpoint File { get; }

    /// <summary>The number of elements of a readable tensor.</summary>
    internal long ElementCount => ByteLength / ElementSize;

    /// <summary>Bytes per element of a readable tensor.</summary>
    internal int ElementSize => TensorDataTypes.SizeOf(DataType);

    /// <summary>The first byte; of any alignment. Valid until the file is disposed.</summary>
    internal byte* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(File.IsDisposed, File);
            return _data;
        }
    }

    /// <summary>Copies all elements, as single-precision numbers.</summary>
    /// <param name="destination">Receives the elements in the order of the file; exactly as long as the tensor.</param>
    /// <exception cref="CheckpointException">The type is not F32, F16 or BF16, or the elements do not lie row by row.</exception>
    /// <exception cref="ArgumentException">The destination is shorter or longer than the tensor.</exception>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (ReadingProblem is { } problem)
        {
            throw problem;
        }

        if (destination.Length != ElementCount)
        {
            throw new ArgumentException($"The tensor {CheckpointException.Quote(Name)} has {ElementCount} elements; the destination has room for {destination.Length}.", nameof(destination));
        }

        new TensorSlice(this, 0, 1, destination.Length).CopyRow(0, destination);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {TypeName} {ShapeText}";

    internal string ShapeText => $"[{string.Join(", ", _shape)}]";

    /// <summary>Why the elements cannot be read as weights, or <see langword="null"/>.</summary>
    internal CheckpointException? ReadingProblem
    {
        get
        {
            string? problem = DataType == TensorDataType.Other
                ? $"has elements of type {CheckpointException.Quote(TypeName)}, which cannot be read as weights; expected F32, F16 or BF16. Convert the file to one of these."
                : _layoutProblem;
            return problem is null ? null : new CheckpointException($"{File.Source}: tensor {CheckpointException.Quote(Name)} {problem}", Name);
        }
    }
}
