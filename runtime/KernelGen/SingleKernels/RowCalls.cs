using System.ComponentModel;
using System.Runtime.Intrinsics;
using KernelGen.Layout;
using KernelGen.Numerics;

namespace KernelGen.Execution;

/// <summary>
/// Runs single kernels that work on rows: checks the arguments, and gives rows that are no whole panels the room that kernels need. Called by generated code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class RowCalls
{
    /// <summary>Rows that are padded at a time.</summary>
    private const int BlockRows = 16;

    /// <summary>From this width on a row is not copied to be padded; shorter rows are faster many at a time.</summary>
    private const int InPlaceLength = 2 * PanelLayout.Width;

    /// <summary>Softmax of each row, in place.</summary>
    /// <param name="length">The width of a row.</param>
    /// <param name="rows"><c>[rows, length]</c>.</param>
    /// <param name="rowsName">Its name.</param>
    /// <param name="kernel">The kernel of a model.</param>
    /// <exception cref="ArgumentException">The rows are not whole.</exception>
    public static void Softmax(int length, Span<float> rows, string rowsName, delegate*<float*, int, int, int, float, void> kernel)
    {
        int count = SpanChecks.Rows(rows.Length, length, rowsName);
        if (count == 0)
        {
            return;
        }

        fixed (float* first = rows)
        {
            if (length % PanelLayout.Width == 0)
            {
                kernel(first, count, length, length, 1f);
                return;
            }

            int stride = PanelLayout.RoundUp(length);
            int row = length < InPlaceLength ? 0 : SoftmaxInPlace(length, first, count, kernel);
            float* padded = KernelMemory.Floats((long)stride * BlockRows);
            for (; row < count; row += BlockRows)
            {
                int block = Math.Min(BlockRows, count - row);
                float* place = first + ((nint)row * length);
                RowPadding.Copy(place, length, padded, stride, block);
                kernel(padded, block, length, stride, 1f);
                RowPadding.CopyBack(padded, stride, place, length, block);
            }
        }
    }

    /// <summary>All rows but the last where they lie: a row may use the begin of the one behind it, which is put back.</summary>
    /// <returns>The number of rows that are done.</returns>
    private static int SoftmaxInPlace(int length, float* rows, int count, delegate*<float*, int, int, int, float, void> kernel)
    {
        for (int row = 0; row < count - 1; row++)
        {
            float* next = rows + length;
            var begin = Vector512.Load(next);
            kernel(rows, 1, length, length, 1f);
            begin.Store(next);
            rows = next;
        }

        return count - 1;
    }

    /// <summary>The logarithm of the softmax of each row, in place.</summary>
    /// <param name="length">The width of a row.</param>
    /// <param name="rows"><c>[rows, length]</c>.</param>
    /// <param name="rowsName">Its name.</param>
    /// <param name="kernel">The kernel of a model that sums exponentials.</param>
    /// <exception cref="ArgumentException">The rows are not whole.</exception>
    public static void LogSoftmax(int length, Span<float> rows, string rowsName, delegate*<float*, float*, float> kernel)
    {
        int count = SpanChecks.Rows(rows.Length, length, rowsName);
        int stride = PanelLayout.RoundUp(length);
        float* padded = length == stride ? null : KernelMemory.Floats(stride);
        if (padded != null)
        {
            new Span<float>(padded + length, stride - length).Fill(float.NegativeInfinity);
        }

        for (int row = 0; row < count; row++)
        {
            Span<float> values = rows.Slice(row * length, length);
            float maximum, sum;
            if (padded == null)
            {
                fixed (float* place = values)
                {
                    sum = kernel(place, &maximum);
                }
            }
            else
            {
                values.CopyTo(new Span<float>(padded, length));
                sum = kernel(padded, &maximum);
            }

            Decoding.LogSoftmax.Apply(values, maximum, (float)DeterministicMath.Log(sum));
        }
    }

    /// <summary>The causal mask: of <c>n</c> rows the last sees all, each before it one position less. What is not seen becomes minus infinity.</summary>
    /// <param name="length">The width of a row.</param>
    /// <param name="rows"><c>[rows, length]</c>, at most as many rows as positions.</param>
    /// <param name="rowsName">Its name.</param>
    /// <exception cref="ArgumentException">The rows are not whole, or more than there are positions.</exception>
    public static void MaskCausal(int length, Span<float> rows, string rowsName)
    {
        int count = SpanChecks.Rows(rows.Length, length, rowsName);
        if (count > length)
        {
            throw new ArgumentException($"'{rowsName}' has {count} rows of {length} positions; the first rows would see nothing. The last row sees every position, and each before it one less.", rowsName);
        }

        for (int row = 0; row < count; row++)
        {
            int visible = length - count + row + 1;
            rows.Slice((row * length) + visible, length - visible).Fill(float.NegativeInfinity);
        }
    }

    /// <summary>The padding mask: every row sees the first positions. The others become minus infinity.</summary>
    /// <param name="length">The width of a row.</param>
    /// <param name="rows"><c>[rows, length]</c>.</param>
    /// <param name="rowsName">Its name.</param>
    /// <param name="visible">How many positions are seen.</param>
    /// <param name="visibleName">Its name.</param>
    /// <exception cref="ArgumentException">The rows are not whole.</exception>
    /// <exception cref="ArgumentOutOfRangeException">So many positions there are not.</exception>
    public static void MaskPadding(int length, Span<float> rows, string rowsName, int visible, string visibleName)
    {
        int count = SpanChecks.Rows(rows.Length, length, rowsName);
        if (visible < 0 || visible > length)
        {
            throw new ArgumentOutOfRangeException(visibleName, visible, $"Of {length} positions {visible} cannot be visible; it is 0 to {length}.");
        }

        for (int row = 0; row < count; row++)
        {
            rows.Slice((row * length) + visible, length - visible).Fill(float.NegativeInfinity);
        }
    }

    /// <summary>A norm with γ and β.</summary>
    /// <param name="length">The width of a row.</param>
    /// <param name="x"><c>[rows, length]</c>.</param>
    /// <param name="xName">Its name.</param>
    /// <param name="scale">γ.</param>
    /// <param name="scaleName">Its name.</param>
    /// <param name="shift">β.</param>
    /// <param name="shiftName">Its name.</param>
    /// <param name="y"><c>[rows, length]</c>; may be <paramref name="x"/>.</param>
    /// <param name="yName">Its name.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or what is written overlaps what is read.</exception>
    public static void Norm(
        int length,
        ReadOnlySpan<float> x,
        string xName,
        ReadOnlySpan<float> scale,
        string scaleName,
        ReadOnlySpan<float> shift,
        string shiftName,
        Span<float> y,
        string yName,
        delegate*<float*, int, float*, float*, float*, void> kernel)
    {
        if (shift.Length != length)
        {
            throw SpanChecks.OtherLength(shift.Length, length, shiftName, "the shift of a row");
        }

        SpanChecks.Apart(shift, shiftName, y, yName);
        RunNorm(length, x, xName, scale, scaleName, shift, y, yName, kernel);
    }

    /// <summary>A norm with γ alone.</summary>
    /// <param name="length">The width of a row.</param>
    /// <param name="x"><c>[rows, length]</c>.</param>
    /// <param name="xName">Its name.</param>
    /// <param name="scale">γ.</param>
    /// <param name="scaleName">Its name.</param>
    /// <param name="y"><c>[rows, length]</c>; may be <paramref name="x"/>.</param>
    /// <param name="yName">Its name.</param>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or what is written overlaps what is read.</exception>
    public static void Norm(
        int length,
        ReadOnlySpan<float> x,
        string xName,
        ReadOnlySpan<float> scale,
        string scaleName,
        Span<float> y,
        string yName,
        delegate*<float*, int, float*, float*, float*, void> kernel) =>
        RunNorm(length, x, xName, scale, scaleName, default, y, yName, kernel);

    /// <summary>A function of each number, in place.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="kernel">The kernel.</param>
    public static void Apply(Span<float> values, delegate*<int, int, int, float*, void> kernel)
    {
        int whole = values.Length & -PanelLayout.Width;
        fixed (float* first = values)
        {
            if (whole > 0)
            {
                kernel(1, whole, 0, first);
            }
        }

        if (whole < values.Length)
        {
            Span<float> rest = values[whole..];
            float* padded = KernelMemory.Floats(PanelLayout.Width);
            var panel = new Span<float>(padded, PanelLayout.Width);
            panel.Clear();
            rest.CopyTo(panel);
            kernel(1, PanelLayout.Width, 0, padded);
            panel[..rest.Length].CopyTo(rest);
        }
    }

    private static void RunNorm(
        int length,
        ReadOnlySpan<float> x,
        string xName,
        ReadOnlySpan<float> scale,
        string scaleName,
        ReadOnlySpan<float> shift,
        Span<float> y,
        string yName,
        delegate*<float*, int, float*, float*, float*, void> kernel)
    {
        int count = SpanChecks.Rows(x.Length, length, xName);
        if (scale.Length != length)
        {
            throw SpanChecks.OtherLength(scale.Length, length, scaleName, "the scale of a row");
        }

        if (y.Length != x.Length)
        {
            throw SpanChecks.OtherLength(y.Length, x.Length, yName, $"what '{xName}' becomes");
        }

        SpanChecks.ApartOrSame(x, xName, y, yName);
        SpanChecks.Apart(scale, scaleName, y, yName);
        if (count == 0)
        {
            return;
        }

        fixed (float* input = x, gamma = scale, beta = shift, output = y)
        {
            if (length % PanelLayout.Width == 0)
            {
                kernel(input, count, gamma, beta, output);
                return;
            }

            int stride = PanelLayout.RoundUp(length);
            float* padded = KernelMemory.Floats((long)stride * (BlockRows + 2));
            float* paddedGamma = padded + ((nint)stride * BlockRows);
            float* paddedBeta = paddedGamma + stride;
            RowPadding.Copy(gamma, length, paddedGamma, stride, 1);
            if (beta != null)
            {
                RowPadding.Copy(beta, length, paddedBeta, stride, 1);
            }

            for (int row = 0; row < count; row += BlockRows)
            {
                int block = Math.Min(BlockRows, count - row);
                RowPadding.Copy(input + ((nint)row * length), length, padded, stride, block);
                kernel(padded, block, paddedGamma, paddedBeta, padded);
                RowPadding.CopyBack(padded, stride, output + ((nint)row * length), length, block);
            }
        }
    }
}
