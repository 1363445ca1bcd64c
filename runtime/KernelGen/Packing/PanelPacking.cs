using System.Runtime.CompilerServices;
using KernelGen.Checkpoints;

namespace KernelGen.Packing;

/// <summary>Puts weights into panels of 16 output columns: <c>[panel, input, 16]</c>, the order in which the linear kernels read them.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>The number of output columns in a panel.</summary>
    public const int Width = 16;

    /// <summary>Rounds up to whole panels.</summary>
    public static int RoundUp(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>Floats that a packed matrix takes.</summary>
    public static long Length(int outputs, int inputs) => (long)RoundUp(outputs) * inputs;

    /// <summary>Sets the last panel to zero where columns do not fill it.</summary>
    public static void ClearLastPanel(float* panels, int outputs, int inputs)
    {
        if (outputs % Width != 0)
        {
            new Span<float>(panels + ((long)(outputs / Width) * inputs * Width), inputs * Width).Clear();
        }
    }

    /// <summary>Packs rows of a weight <c>[output, input]</c> as consecutive columns of the panels.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="firstRow">The first row to pack.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="panels">The panels.</param>
    /// <param name="firstColumn">The column that the first row becomes.</param>
    /// <param name="inputs">The input width of the panels.</param>
    /// <param name="group">Inputs that lie together in the weight...</param>
    /// <param name="groupWidth">... and the room that such a group has in the panels; what is left over is zero.</param>
    public static void Pack(TensorSlice weight, int firstRow, int rows, float* panels, int firstColumn, int inputs, int group, int groupWidth)
    {
        float[] row = new float[weight.Columns];
        for (int i = 0; i < rows; i++)
        {
            weight.CopyRow(firstRow + i, row);
            int column = firstColumn + i;
            float* destination = panels + ((long)(column / Width) * inputs * Width) + (column % Width);
            fixed (float* source = row)
            {
                for (int start = 0; start < weight.Columns; start += group)
                {
                    Scatter(source + start, group, destination);
                    destination += (nint)groupWidth * Width;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(float* source, int count, float* destination)
    {
        for (int i = 0; i < count; i++)
        {
            destination[(nint)i * Width] = source[i];
        }
    }
}
