using KernelGen.Numerics;

namespace KernelGen.Checkpoints;

/// <summary>A view <c>[rows, columns]</c> into a readable tensor of a file; a vector is one row. Valid until the file is disposed.</summary>
internal readonly unsafe struct TensorSlice
{
    private readonly TensorInfo _tensor;
    private readonly long _firstElement;

    /// <summary>Takes a part of a tensor; that it lies within the tensor is the caller's to check.</summary>
    internal TensorSlice(TensorInfo tensor, long firstElement, int rows, int columns)
    {
        _tensor = tensor;
        _firstElement = firstElement;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>What stands for a tensor that is not as declared, where a file is only checked: it has a shape, and nothing to read.</summary>
    internal static TensorSlice Missing(int rows, int columns) => new(null!, 0, rows, columns);

    /// <summary>Whether this only stands for a tensor.</summary>
    public bool IsMissing => _tensor is null;

    /// <summary>The name of the tensor in the file.</summary>
    public string Name => _tensor.Name;

    /// <summary>The type of the stored elements.</summary>
    public TensorDataType DataType => _tensor.DataType;

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    private long ByteLength => (long)Rows * Columns * _tensor.ElementSize;

    private byte* Start => _tensor.Data + (_firstElement * _tensor.ElementSize);

    /// <summary>Some of the rows.</summary>
    public TensorSlice RowRange(int firstRow, int rows)
    {
        CheckRange(firstRow, rows, Rows);
        return new TensorSlice(_tensor, _firstElement + ((long)firstRow * Columns), rows, Columns);
    }

    /// <summary>Some of the columns of a slice that has one row.</summary>
    public TensorSlice ElementRange(int firstColumn, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Rows, 1);
        CheckRange(firstColumn, columns, Columns);
        return new TensorSlice(_tensor, _firstElement + firstColumn, 1, columns);
    }

    /// <summary>Copies one row as single-precision numbers.</summary>
    /// <param name="row">The row.</param>
    /// <param name="destination">Receives the row; at least <see cref="Columns"/> long.</param>
    public void CopyRow(int row, Span<float> destination)
    {
        CheckRange(row, 1, Rows);
        Copy((long)row * Columns, Columns, destination);
    }

    /// <summary>Copies all rows, one behind the other, as single-precision numbers.</summary>
    /// <param name="destination">Receives the rows; at least <see cref="Rows"/> · <see cref="Columns"/> long.</param>
    public void CopyAll(Span<float> destination) => Copy(0, checked(Rows * Columns), destination);

    /// <summary>Copies a rectangle as single-precision numbers.</summary>
    /// <param name="firstRow">The first row of the rectangle.</param>
    /// <param name="rowCount">Its number of rows.</param>
    /// <param name="firstColumn">Its first column.</param>
    /// <param name="columnCount">Its number of columns.</param>
    /// <param name="destination">Receives the rectangle.</param>
    /// <param name="destinationStride">From row to row of the destination, in floats.</param>
    public void CopyBlock(int firstRow, int rowCount, int firstColumn, int columnCount, float* destination, int destinationStride)
    {
        CheckRange(firstRow, rowCount, Rows);
        CheckRange(firstColumn, columnCount, Columns);
        for (int row = 0; row < rowCount; row++)
        {
            Copy(((long)(firstRow + row) * Columns) + firstColumn, columnCount, new Span<float>(destination + ((long)row * destinationStride), columnCount));
        }
    }

    /// <summary>Whether both hold the same numbers: the same place in the file, or equal bytes of the same shape and type.</summary>
    public bool HasSameContent(TensorSlice other)
    {
        if (Rows != other.Rows || Columns != other.Columns || DataType != other.DataType)
        {
            return false;
        }

        byte* mine = Start;
        byte* others = other.Start;
        const int Chunk = 1 << 20;
        for (long done = 0, length = ByteLength; mine != others && done < length; done += Chunk)
        {
            int count = (int)Math.Min(Chunk, length - done);
            if (!new ReadOnlySpan<byte>(mine + done, count).SequenceEqual(new ReadOnlySpan<byte>(others + done, count)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first element that is NaN or infinite, or <see langword="null"/>.</summary>
    /// <param name="allowsMinusInfinity">Whether minus infinity counts as finite.</param>
    public (int Row, int Column, float Value)? FindNonFinite(bool allowsMinusInfinity)
    {
        long count = (long)Rows * Columns;
        long next = 0;
        while (next < count)
        {
            next += FloatConversion.CountFinite(Start + (next * _tensor.ElementSize), DataType, count - next);
            GC.KeepAlive(_tensor);
            if (next == count)
            {
                break;
            }

            float value = 0;
            Copy(next, 1, new Span<float>(ref value));
            if (!allowsMinusInfinity || !float.IsNegativeInfinity(value))
            {
                return ((int)(next / Columns), (int)(next % Columns), value);
            }

            next++;
        }

        return null;
    }

    private static void CheckRange(int first, int count, int available)
    {
        if ((uint)first > (uint)available || (uint)count > (uint)(available - first))
        {
            throw new ArgumentOutOfRangeException(nameof(first), $"{count} from {first} on are asked for; there are {available}.");
        }
    }

    private void Copy(long firstElement, int count, Span<float> destination)
    {
        if (destination.Length < count)
        {
            throw new ArgumentException($"There is room for {destination.Length} numbers; {count} are needed.", nameof(destination));
        }

        byte* source = Start + (firstElement * _tensor.ElementSize);
        fixed (float* to = destination)
        {
            switch (DataType)
            {
                case TensorDataType.Float32:
                    Buffer.MemoryCopy(source, to, (long)destination.Length * sizeof(float), (long)count * sizeof(float));
                    break;
                case TensorDataType.Float16:
                    FloatConversion.FromFloat16(source, to, count);
                    break;
                default:
                    FloatConversion.FromBFloat16(source, to, count);
                    break;
            }
        }

        // The memory must outlive the copy, not the property access.
        GC.KeepAlive(_tensor);
    }
}
