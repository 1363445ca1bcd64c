using System.Numerics;
using System.Runtime.CompilerServices;
using KernelGen.Layout;

namespace KernelGen.Training;

/// <summary>Moves the rows of one head: they stand among those of other heads, and kernels read them one behind the other, or transposed.</summary>
internal static unsafe class HeadRows
{
    /// <summary>Copies rows.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStride">From row to row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="width">The width of a row, a multiple of 16.</param>
    /// <param name="to">Receives the first row.</param>
    /// <param name="toStride">From row to row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* from, int fromStride, int rows, int width, float* to, int toStride)
    {
        for (int row = 0; row < rows; row++, from += fromStride, to += toStride)
        {
            for (int i = 0; i < width; i += Vector<float>.Count)
            {
                *(Vector<float>*)(to + i) = *(Vector<float>*)(from + i);
            }
        }
    }

    /// <summary>Copies rows that stand in panels of 16 columns, <c>[panel, row, 16]</c>.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="width">The width of a row, a multiple of 16.</param>
    /// <param name="to">Receives the first row.</param>
    /// <param name="toStride">From row to row.</param>
    public static void CopyPanels(float* panels, int rows, int width, float* to, int toStride)
    {
        for (int column = 0; column < width; column += PanelLayout.Width, panels += rows * PanelLayout.Width)
        {
            Copy(panels, PanelLayout.Width, rows, PanelLayout.Width, to + column, toStride);
        }
    }

    /// <summary>Writes rows as panels of 16 positions, <c>[panel, width, 16]</c>: an even number of panels, of which positions that there are not are zero.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStride">From row to row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="width">The width of a row, a multiple of 16.</param>
    /// <param name="panels">The panels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* from, int fromStride, int rows, int width, float* panels)
    {
        int room = PanelLayout.RoundUpToCache(rows);
        for (int position = 0; position < room; position += 4)
        {
            float* panel = panels + (position / PanelLayout.Width * PanelLayout.Width * width) + (position % PanelLayout.Width);
            int inside = rows - position;
            if (inside >= 4)
            {
                for (int i = 0; i < width; i += 4)
                {
                    SmallTransposition.Transpose(from + i, fromStride, panel + (i * PanelLayout.Width), PanelLayout.Width);
                }
            }
            else
            {
                TransposeRest(from, fromStride, inside, width, panel);
            }

            from += 4 * fromStride;
        }
    }

    /// <summary>Fewer than four positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeRest(float* from, int fromStride, int inside, int width, float* panel)
    {
        for (int i = 0; i < width; i++, panel += PanelLayout.Width)
        {
            panel[0] = inside > 0 ? from[i] : 0;
            panel[1] = inside > 1 ? from[fromStride + i] : 0;
            panel[2] = inside > 2 ? from[(2 * fromStride) + i] : 0;
            panel[3] = 0;
        }
    }

    /// <summary>Multiplies rows with what stays of them.</summary>
    /// <param name="input">The first row.</param>
    /// <param name="output">Receives the first row; may be the input.</param>
    /// <param name="stride">From row to row of both.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="width">The width of a row.</param>
    /// <param name="site">Which elements drop out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Drop(float* input, float* output, int stride, int rows, int width, DropoutSite site)
    {
        for (int row = 0; row < rows; row++)
        {
            long first = (long)row * stride;
            for (int i = 0; i < width; i += Vector<float>.Count)
            {
                *(Vector<float>*)(output + first + i) = *(Vector<float>*)(input + first + i) * site.Factors(RowWork.Numbers(first + i));
            }
        }
    }
}
