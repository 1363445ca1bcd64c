using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.Training;

/// <summary>Transposes squares of four by four floats, of which larger ones are made.</summary>
internal static unsafe class SmallTransposition
{
    /// <summary>Writes four columns of four rows as rows.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStride">From row to row.</param>
    /// <param name="to">Receives the first column.</param>
    /// <param name="toStride">From column to column.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector128<float> row0 = *(Vector128<float>*)from;
        Vector128<float> row1 = *(Vector128<float>*)(from + fromStride);
        Vector128<float> row2 = *(Vector128<float>*)(from + (2 * fromStride));
        Vector128<float> row3 = *(Vector128<float>*)(from + (3 * fromStride));
        if (Sse.IsSupported)
        {
            Vector128<float> low01 = Sse.UnpackLow(row0, row1), high01 = Sse.UnpackHigh(row0, row1);
            Vector128<float> low23 = Sse.UnpackLow(row2, row3), high23 = Sse.UnpackHigh(row2, row3);
            *(Vector128<float>*)to = Sse.MoveLowToHigh(low01, low23);
            *(Vector128<float>*)(to + toStride) = Sse.MoveHighToLow(low23, low01);
            *(Vector128<float>*)(to + (2 * toStride)) = Sse.MoveLowToHigh(high01, high23);
            *(Vector128<float>*)(to + (3 * toStride)) = Sse.MoveHighToLow(high23, high01);
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            Vector128<float> low02 = AdvSimd.Arm64.ZipLow(row0, row2), high02 = AdvSimd.Arm64.ZipHigh(row0, row2);
            Vector128<float> low13 = AdvSimd.Arm64.ZipLow(row1, row3), high13 = AdvSimd.Arm64.ZipHigh(row1, row3);
            *(Vector128<float>*)to = AdvSimd.Arm64.ZipLow(low02, low13);
            *(Vector128<float>*)(to + toStride) = AdvSimd.Arm64.ZipHigh(low02, low13);
            *(Vector128<float>*)(to + (2 * toStride)) = AdvSimd.Arm64.ZipLow(high02, high13);
            *(Vector128<float>*)(to + (3 * toStride)) = AdvSimd.Arm64.ZipHigh(high02, high13);
        }
        else
        {
            for (int column = 0; column < 4; column++)
            {
                *(Vector128<float>*)(to + (column * toStride)) = Vector128.Create(row0[column], row1[column], row2[column], row3[column]);
            }
        }
    }
}
