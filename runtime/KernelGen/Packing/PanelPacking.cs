using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KernelGen.Checkpoints;
using KernelGen.Layout;

namespace KernelGen.Packing;

/// <summary>Puts weights into panels of 16 output columns: <c>[panel, input, 16]</c>, the order in which the linear kernels read them.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>Inputs that are converted and transposed at a time: 16 rows of them fill a part of the first-level cache.</summary>
    private const int BlockInputs = 128;

    /// <summary>Packs rows of a weight <c>[output, input]</c> as consecutive columns of the panels. Writes whole panels: what rows do not fill is zero.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="firstRow">The first row to pack.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="panels">The panels.</param>
    /// <param name="firstColumn">The column that the first row becomes; the first of a panel.</param>
    /// <param name="inputs">The input width of the panels.</param>
    /// <param name="group">Inputs that lie together in the weight...</param>
    /// <param name="groupWidth">... and the room that such a group has in the panels; what is left over is zero.</param>
    public static void Pack(TensorSlice weight, int firstRow, int rows, float* panels, int firstColumn, int inputs, int group, int groupWidth)
    {
        if (group == groupWidth)
        {
            group = groupWidth = weight.Columns;
        }

        float* block = stackalloc float[PanelLayout.Width * BlockInputs];
        for (int row = 0; row < rows; row += PanelLayout.Width)
        {
            int count = Math.Min(PanelLayout.Width, rows - row);
            new Span<float>(block + (count * BlockInputs), (PanelLayout.Width - count) * BlockInputs).Clear();
            float* panel = panels + ((long)((firstColumn + row) / PanelLayout.Width) * inputs * PanelLayout.Width);
            for (int start = 0; start < weight.Columns; start += group)
            {
                for (int input = 0; input < group; input += BlockInputs)
                {
                    int width = Math.Min(BlockInputs, group - input);
                    weight.CopyBlock(firstRow + row, count, start + input, width, block, BlockInputs);
                    Transpose(block, width, panel + (input * PanelLayout.Width));
                }

                new Span<float>(panel + (group * PanelLayout.Width), (groupWidth - group) * PanelLayout.Width).Clear();
                panel += groupWidth * PanelLayout.Width;
            }
        }
    }

    /// <summary>Packs rows of floats as the columns of whole panels, as a weight <c>[output, input]</c> or keys <c>[position, width]</c> are. What rows do not fill is zero.</summary>
    /// <param name="rows">The rows, one right behind the other.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="columns">The width of a row: the input width of the panels.</param>
    /// <param name="panels">The panels.</param>
    public static void Pack(float* rows, int count, int columns, float* panels)
    {
        float* block = stackalloc float[PanelLayout.Width * BlockInputs];
        for (int row = 0; row < count; row += PanelLayout.Width)
        {
            int height = Math.Min(PanelLayout.Width, count - row);
            new Span<float>(block + (height * BlockInputs), (PanelLayout.Width - height) * BlockInputs).Clear();
            for (int input = 0; input < columns; input += BlockInputs)
            {
                int width = Math.Min(BlockInputs, columns - input);
                for (int i = 0; i < height; i++)
                {
                    new ReadOnlySpan<float>(rows + ((nint)(row + i) * columns) + input, width).CopyTo(new Span<float>(block + (i * BlockInputs), width));
                }

                Transpose(block, width, panels);
                panels += width * PanelLayout.Width;
            }
        }
    }

    /// <summary>Writes 16 rows of a block as columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float* block, int inputs, float* panel)
    {
        for (int input = 0; input < inputs; input++)
        {
            for (int row = 0; row < PanelLayout.Width; row += Vector128<float>.Count)
            {
                float* from = block + (row * BlockInputs) + input;
                *(Vector128<float>*)(panel + row) = Vector128.Create(from[0], from[BlockInputs], from[2 * BlockInputs], from[3 * BlockInputs]);
            }

            panel += PanelLayout.Width;
        }
    }
}
