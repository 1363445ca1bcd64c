using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KernelGen.Execution;
using KernelGen.Layout;

namespace KernelGen.Packing;

/// <summary>
/// The upper four of the seven bits of 8-bit weights, two weights to a byte: half of what the weights take. A stored weight is <c>u = 8·h + l</c>, and h is
/// kept: <c>[panel, input / 8, 16, 4]</c> bytes, whose lower halves belong to inputs 0 to 3 of each 8 and whose upper halves to inputs 4 to 7.
/// </summary>
internal static unsafe class UpperBits
{
    private const int Step = Int8Layout.ByteStep;

    private const int Group = Int8Layout.ByteGroup;

    private const int GroupBytes = Group * PanelLayout.Width;

    /// <summary>Bits that are left out.</summary>
    private const int LowerBits = 3;

    private const int LowerMask = (1 << LowerBits) - 1;

    /// <summary>What one is worth in a weight.</summary>
    public const int Scale = 1 << LowerBits;

    /// <summary>The largest magnitude of a weight.</summary>
    public const int LargestWeight = 64;

    /// <summary>The number of bytes that they take.</summary>
    public static long Length(int outputs, int inputs) => (long)PanelLayout.RoundUp(outputs) * Steps(inputs) * Step / 2;

    /// <summary>The number of inputs that are multiplied: those of the model and the zeros that fill the last step.</summary>
    public static int PaddedInputs(int inputs) => Steps(inputs) * Step;

    /// <summary>Takes them from one panel of 8-bit weights.</summary>
    /// <param name="panel">The panel, <c>[input / 4, 16, 4]</c> bytes, each 64 more than its weight.</param>
    /// <param name="inputs">The number of inputs; at most 40 million, so that sums fit.</param>
    /// <param name="upper">Receives the upper bits of the panel.</param>
    /// <param name="residuals">Receives for each of the 16 columns the Euclidean length of what was left out, <c>l - 3.5</c> of each weight.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* panel, int inputs, byte* upper, double* residuals)
    {
        // Two sums for each column, of its first and of its last two bytes in each group.
        int* squares = stackalloc int[2 * PanelLayout.Width];
        for (int first = 0; first < GroupBytes; first += Vector128<byte>.Count)
        {
            byte* from = panel + first, to = upper + first;
            Vector128<int> lowerSum = default, upperSum = default;
            for (int step = 0; step < Steps(inputs); step++)
            {
                Vector128<byte> a = Vector128.Load(from), b = Vector128.Load(from + GroupBytes);
                (Upper(a) | Vector128.ShiftLeft(Upper(b).AsUInt16(), 4).AsByte()).Store(to);
                (Vector128<int> lowerOfA, Vector128<int> upperOfA) = ResidualSquares(a);
                (Vector128<int> lowerOfB, Vector128<int> upperOfB) = ResidualSquares(b);
                lowerSum += lowerOfA + lowerOfB;
                upperSum += upperOfA + upperOfB;
                from += 2 * GroupBytes;
                to += GroupBytes;
            }

            lowerSum.Store(squares + (first / 2));
            upperSum.Store(squares + (first / 2) + Vector128<int>.Count);
        }

        for (int column = 0; column < PanelLayout.Width; column++)
        {
            residuals[column] = Math.Sqrt((long)squares[2 * column] + squares[(2 * column) + 1]) / 2;
        }
    }

    /// <summary>The sums of products of the 16 columns of a panel of 8-bit weights with quantised inputs, exactly as kernels have them.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="quantized">The inputs.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="begin">The value with which sums begin, which takes away what 64 more in each weight adds.</param>
    /// <param name="sums">Receives the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* panel, byte* quantized, int inputs, int begin, int* sums)
    {
        Vector128<int> sum0 = Vector128.Create(begin), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (int step = 0; step < Steps(inputs); step++)
        {
            Vector128<sbyte> a = Vector128.Create(*(int*)quantized).AsSByte(), b = Vector128.Create(*(int*)(quantized + Group)).AsSByte();
            sum0 += PortableArithmetic.MultiplyAddAdjacent(Vector128.Load(panel), a, Vector128.Load(panel + GroupBytes), b);
            sum1 += PortableArithmetic.MultiplyAddAdjacent(Vector128.Load(panel + 16), a, Vector128.Load(panel + GroupBytes + 16), b);
            sum2 += PortableArithmetic.MultiplyAddAdjacent(Vector128.Load(panel + 32), a, Vector128.Load(panel + GroupBytes + 32), b);
            sum3 += PortableArithmetic.MultiplyAddAdjacent(Vector128.Load(panel + 48), a, Vector128.Load(panel + GroupBytes + 48), b);
            panel += 2 * GroupBytes;
            quantized += Step;
        }

        sum0.Store(sums);
        sum1.Store(sums + 4);
        sum2.Store(sums + 8);
        sum3.Store(sums + 12);
    }

    private static int Steps(int inputs) => (inputs + Step - 1) / Step;

    /// <summary>The upper bits of each byte, as its lower half.</summary>
    private static Vector128<byte> Upper(Vector128<byte> weights) =>
        Vector128.ShiftRightLogical(weights.AsUInt16(), LowerBits).AsByte() & Vector128.Create((byte)0xF);

    /// <summary>Four times the squares of what is left out, neighbours added: a residual has a half in it, twice that is a whole number.</summary>
    private static (Vector128<int> Lower, Vector128<int> Upper) ResidualSquares(Vector128<byte> weights)
    {
        Vector128<byte> twice = (weights & Vector128.Create((byte)LowerMask)) << 1;
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen((twice - Vector128.Create((byte)LowerMask)).AsSByte());
        return (PortableArithmetic.MultiplyAddAdjacent(lower, lower), PortableArithmetic.MultiplyAddAdjacent(upper, upper));
    }
}
