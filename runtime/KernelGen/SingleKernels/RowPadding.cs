namespace KernelGen.Execution;

/// <summary>Rows with the room of whole panels, which kernels need, and back again. What fills them up is zero.</summary>
internal static unsafe class RowPadding
{
    /// <summary>Copies rows to where each has more room.</summary>
    /// <param name="rows">The rows, one right behind the other.</param>
    /// <param name="width">The width of a row.</param>
    /// <param name="padded">Where to.</param>
    /// <param name="stride">From row to row there.</param>
    /// <param name="count">The number of rows.</param>
    public static void Copy(float* rows, int width, float* padded, int stride, long count)
    {
        for (; count > 0; count--, rows += width, padded += stride)
        {
            new ReadOnlySpan<float>(rows, width).CopyTo(new Span<float>(padded, width));
            new Span<float>(padded + width, stride - width).Clear();
        }
    }

    /// <summary>Copies rows back.</summary>
    /// <param name="padded">The rows that have more room.</param>
    /// <param name="stride">From row to row there.</param>
    /// <param name="rows">Where to, one right behind the other.</param>
    /// <param name="width">The width of a row.</param>
    /// <param name="count">The number of rows.</param>
    public static void CopyBack(float* padded, int stride, float* rows, int width, long count)
    {
        for (; count > 0; count--, rows += width, padded += stride)
        {
            new ReadOnlySpan<float>(padded, width).CopyTo(new Span<float>(rows, width));
        }
    }
}
