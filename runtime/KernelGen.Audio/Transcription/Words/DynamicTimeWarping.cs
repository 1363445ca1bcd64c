namespace KernelGen.Audio;

/// <summary>Finds the path through a matrix of costs whose sum is the least (Sakoe and Chiba 1978).</summary>
internal static class DynamicTimeWarping
{
    private const byte Diagonal = 0;
    private const byte Down = 1;
    private const byte Right = 2;

    /// <summary>Finds the path. Of equal ones that which goes to the right last.</summary>
    /// <param name="costs">The costs, <c>[rows, columns]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    public static AlignmentPath Find(ReadOnlySpan<float> costs, int rows, int columns)
    {
        if (rows == 0 || columns == 0)
        {
            return new AlignmentPath([], []);
        }

        byte[] steps = new byte[rows * columns];
        float[] above = new float[columns + 1];
        float[] sums = new float[columns + 1];
        Array.Fill(above, float.PositiveInfinity);
        above[0] = 0;
        for (int row = 0; row < rows; row++)
        {
            sums[0] = float.PositiveInfinity;
            for (int column = 0; column < columns; column++)
            {
                float diagonal = above[column];
                float down = above[column + 1];
                float right = sums[column];
                (float least, byte step) = right <= diagonal && right <= down ? (right, Right)
                    : diagonal <= down ? (diagonal, Diagonal)
                    : (down, Down);
                sums[column + 1] = (float)(costs[(row * columns) + column] + (double)least);
                steps[(row * columns) + column] = step;
            }

            (above, sums) = (sums, above);
        }

        return Trace(steps, rows, columns);
    }

    private static AlignmentPath Trace(ReadOnlySpan<byte> steps, int rows, int columns)
    {
        var pathRows = new List<int>();
        var pathColumns = new List<int>();
        int row = rows - 1;
        int column = columns - 1;
        while (row >= 0 && column >= 0)
        {
            pathRows.Add(row);
            pathColumns.Add(column);

            // At an edge there is one way left, whatever the sums were.
            byte step = row == 0 ? Right : column == 0 ? Down : steps[(row * columns) + column];
            row -= step == Right ? 0 : 1;
            column -= step == Down ? 0 : 1;
        }

        pathRows.Reverse();
        pathColumns.Reverse();
        return new AlignmentPath([.. pathRows], [.. pathColumns]);
    }
}
