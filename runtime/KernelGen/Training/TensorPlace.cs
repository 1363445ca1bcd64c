using KernelGen.Layout;

namespace KernelGen.Training;

/// <summary>Where the numbers of one tensor lie in a block of parameters: row by row, wherever kernels want them.</summary>
internal sealed unsafe class TensorPlace
{
    private readonly long[] _rows;
    private readonly int _step;
    private readonly int _group;
    private readonly int _groupStep;

    /// <param name="rows">Where each row begins, in floats.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="step">From column to column of a group.</param>
    /// <param name="group">The columns of a group...</param>
    /// <param name="groupStep">... and from group to group.</param>
    private TensorPlace(long[] rows, int columns, int step, int group, int groupStep)
    {
        _rows = rows;
        Columns = columns;
        _step = step;
        _group = group;
        _groupStep = groupStep;
    }

    /// <summary>The number of rows; of a vector 1.</summary>
    public int Rows => _rows.Length;

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>One row behind the other.</summary>
    /// <param name="start">Where the first begins.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    public static TensorPlace Table(long start, int rows, int columns)
    {
        long[] starts = new long[rows];
        for (int row = 0; row < rows; row++)
        {
            starts[row] = start + ((long)row * columns);
        }

        return OfRows(starts, columns);
    }

    /// <summary>A vector.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">The number of elements.</param>
    /// <param name="group">Elements that lie together...</param>
    /// <param name="groupWidth">... and the elements that such a group has the room of.</param>
    public static TensorPlace Vector(long start, int length, int group, int groupWidth) => new([start], length, step: 1, group, groupWidth);

    /// <summary>Rows that begin anywhere.</summary>
    /// <param name="rows">Where each begins.</param>
    /// <param name="columns">The number of columns.</param>
    public static TensorPlace OfRows(long[] rows, int columns) => new(rows, columns, step: 1, columns, columns);

    /// <summary>Columns of panels, <c>[panel, input, 16]</c>.</summary>
    /// <param name="start">Where the panels begin.</param>
    /// <param name="inputs">The inputs of the panels.</param>
    /// <param name="columns">The column of the panels that each row is.</param>
    /// <param name="width">The number of columns of the tensor.</param>
    /// <param name="group">Columns of the tensor that lie together...</param>
    /// <param name="groupWidth">... and the inputs that such a group has the room of.</param>
    public static TensorPlace Panels(long start, int inputs, int[] columns, int width, int group, int groupWidth) =>
        new(StartsOfColumns(start, inputs, columns), width, PanelLayout.Width, group, groupWidth * PanelLayout.Width);

    /// <summary>Columns of panels, <c>[panel, input, 16]</c>, whose inputs are the taps of a convolution, and of each the channels.</summary>
    /// <param name="start">Where the panels begin.</param>
    /// <param name="inputs">The inputs of the panels.</param>
    /// <param name="columns">The column of the panels that each row is.</param>
    /// <param name="channels">The channels of the tensor, <c>[outputs, channels, taps]</c>.</param>
    /// <param name="taps">Its taps.</param>
    /// <param name="tapWidth">The inputs that the channels of a tap have the room of.</param>
    public static TensorPlace Convolution(long start, int inputs, int[] columns, int channels, int taps, int tapWidth) =>
        new(StartsOfColumns(start, inputs, columns), channels * taps, tapWidth * PanelLayout.Width, taps, PanelLayout.Width);

    /// <summary>Copies a row out of a block.</summary>
    public void CopyRow(float* block, int row, Span<float> destination)
    {
        float* from = block + _rows[row];
        for (int start = 0; start < Columns; start += _group, from += _groupStep)
        {
            for (int i = 0; i < _group; i++)
            {
                destination[start + i] = from[(nint)i * _step];
            }
        }
    }

    /// <summary>Puts a row into a block.</summary>
    public void SetRow(float* block, int row, ReadOnlySpan<float> source)
    {
        float* to = block + _rows[row];
        for (int start = 0; start < Columns; start += _group, to += _groupStep)
        {
            for (int i = 0; i < _group; i++)
            {
                to[(nint)i * _step] = source[start + i];
            }
        }
    }

    private static long[] StartsOfColumns(long start, int inputs, int[] columns)
    {
        long[] starts = new long[columns.Length];
        for (int row = 0; row < starts.Length; row++)
        {
            int column = columns[row];
            starts[row] = start + ((long)(column / PanelLayout.Width) * inputs * PanelLayout.Width) + (column % PanelLayout.Width);
        }

        return starts;
    }
}
