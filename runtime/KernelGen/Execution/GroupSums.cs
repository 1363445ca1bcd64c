using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KernelGen.Layout;

namespace KernelGen.Execution;

/// <summary>What kernels with 4-bit weights read of quantised rows beside the inputs: what the offset of weights adds to the products of each group, with the opposite sign.</summary>
internal static unsafe class GroupSums
{
    /// <summary>Fills the last group of each row with zeros, and writes -8 times the sum of each group before the tail.</summary>
    /// <param name="quantized">Rows of inputs of 8 bits.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">From row to row, in bytes.</param>
    /// <param name="width">The inputs of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(byte* quantized, int rows, int stride, int width)
    {
        int groups = Int4Layout.Groups(width);
        int written = PanelLayout.RoundUp(width);
        for (int row = 0; row < rows; row++)
        {
            new Span<byte>(quantized + written, (groups * Int4Layout.Group) - written).Clear();
            int* sums = (int*)(quantized + stride - Int8Layout.RowTail) - groups;
            var eights = Vector128.Create((byte)Int4Layout.WeightOffset);
            for (int group = 0; group < groups; group++)
            {
                sbyte* inputs = (sbyte*)quantized + (group * Int4Layout.Group);
                sums[group] = -Vector128.Sum(PortableArithmetic.MultiplyAddAdjacent(eights, Vector128.Load(inputs), eights, Vector128.Load(inputs + Vector128<sbyte>.Count)));
            }

            quantized += stride;
        }
    }
}
