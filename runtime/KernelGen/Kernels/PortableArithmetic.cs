using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.Execution;

/// <summary>What the portable kernels need of 128-bit vectors where the CPU, or the compiler, does not offer it. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PortableArithmetic
{
    /// <summary><c>a · b + c</c>, rounded once, lane by lane; in software where there is no instruction for it, with the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FusedMultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Fma.IsSupported || AdvSimd.IsSupported ? Vector128.FusedMultiplyAdd(a, b, c) : Emulate(a, b, c);

    /// <summary><c>a · b[lane] + c</c>, rounded once, as <see cref="FusedMultiplyAdd"/> rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FusedMultiplyAddLane(Vector128<float> a, Vector128<float> b, [ConstantExpected(Max = 3)] byte lane, Vector128<float> c) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c, a, b, lane) : FusedMultiplyAdd(a, Vector128.Create(b.GetElement(lane)), c);

    /// <summary>Products of bytes with signed bytes, four neighbours added, of two pairs of vectors, added.</summary>
    /// <param name="weights">Bytes of at most 127, so that they may be taken for signed ones.</param>
    /// <param name="inputs">Signed bytes; magnitudes 0 and 1 of four in both vectors add to at most 258, and so do magnitudes 2 and 3, so that products fit in 16 bits.</param>
    /// <param name="moreWeights">As <paramref name="weights"/>.</param>
    /// <param name="moreInputs">As <paramref name="inputs"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAddAdjacent(Vector128<byte> weights, Vector128<sbyte> inputs, Vector128<byte> moreWeights, Vector128<sbyte> moreInputs) =>
        Ssse3.IsSupported
            ? Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(weights, inputs) + Ssse3.MultiplyAddAdjacent(moreWeights, moreInputs), Vector128<short>.One)
        : AdvSimd.Arm64.IsSupported ? MultiplyWidening(weights.AsSByte(), inputs, moreWeights.AsSByte(), moreInputs)
        : EmulateMultiplyAddAdjacent(weights.AsSByte(), inputs) + EmulateMultiplyAddAdjacent(moreWeights.AsSByte(), moreInputs);

    /// <summary>
    /// Whether the CPU has an instruction for <see cref="AddDotProducts"/>. Programs compiled ahead ask it when they run, each time: so it is asked before a loop, not within.
    /// </summary>
    public static bool HasDotProducts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Dp.IsSupported;
    }

    /// <summary>Adds to each sum the products of four bytes with four signed bytes, the same for all sums. Only where <see cref="HasDotProducts"/> is true.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="weights">Bytes of at most 127, four for each sum.</param>
    /// <param name="inputs">Signed bytes.</param>
    /// <param name="four">Which four of the inputs: the number of the first, divided by four.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddDotProducts(Vector128<int> sums, Vector128<byte> weights, Vector128<sbyte> inputs, [ConstantExpected(Max = 3)] byte four) =>
        Dp.DotProductBySelectedQuadruplet(sums, weights.AsSByte(), inputs, four);

    /// <summary>Products of bytes, four neighbours added, of two pairs of vectors, added, by the instructions that every Arm64 has: first in 16 bits, two neighbours of both pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyWidening(Vector128<sbyte> a, Vector128<sbyte> b, Vector128<sbyte> moreA, Vector128<sbyte> moreB) =>
        AdvSimd.AddPairwiseWidening(AdvSimd.Arm64.AddPairwise(
            AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), moreA.GetLower(), moreB.GetLower()),
            AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningUpper(a, b), moreA, moreB)));

    /// <summary>Products of bytes, four neighbours added, where there is no instruction for it; internal for its tests.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> EmulateMultiplyAddAdjacent(Vector128<sbyte> a, Vector128<sbyte> b)
    {
        // Two products, of the even and the odd bytes of each 16 bits; their sum fits in 16 bits again.
        Vector128<short> even = Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(a.AsInt16(), 8), 8) * Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(b.AsInt16(), 8), 8);
        Vector128<short> odd = Vector128.ShiftRightArithmetic(a.AsInt16(), 8) * Vector128.ShiftRightArithmetic(b.AsInt16(), 8);
        return Even(even + odd) + Odd(even + odd);
    }

    /// <summary>Products of 16-bit numbers, neighbours added. Two products must fit in 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAddAdjacent(Vector128<short> a, Vector128<short> b) =>
        Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.AddPairwise(AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), AdvSimd.MultiplyWideningUpper(a, b))
        : EmulateMultiplyAddAdjacent(a, b);

    /// <summary>Products of 16-bit numbers, neighbours added, where there is no instruction for it. Internal for its tests.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> EmulateMultiplyAddAdjacent(Vector128<short> a, Vector128<short> b) =>
        (Even(a) * Even(b)) + (Odd(a) * Odd(b));

    /// <summary>The fused multiply-add in double precision. A helper of <see cref="FusedMultiplyAdd"/>; internal for its tests.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Vector128<float> Emulate(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.Narrow(
        AddRoundedToOdd(Vector128.WidenLower(a) * Vector128.WidenLower(b), Vector128.WidenLower(c)),
        AddRoundedToOdd(Vector128.WidenUpper(a) * Vector128.WidenUpper(b), Vector128.WidenUpper(c)));

    /// <summary>
    /// <c>product + addend</c>, rounded to odd: where the sum is not exact, the neighbour whose last bit is set. A product of two floats is exact in
    /// double precision, and rounding to odd first makes the second rounding, to single precision, the only one that counts (Boldo and Melquiond 2008).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> AddRoundedToOdd(Vector128<double> product, Vector128<double> addend)
    {
        // The error of the sum, exactly (Knuth's TwoSum).
        Vector128<double> sum = product + addend;
        Vector128<double> addendShare = sum - product;
        Vector128<double> error = (product - (sum - addendShare)) + (addend - addendShare);

        // An infinite or undefined sum has an undefined error, which is neither above nor below zero: it stays as it is.
        Vector128<long> inexact = (Vector128.GreaterThan(error, Vector128<double>.Zero) | Vector128.LessThan(error, Vector128<double>.Zero)).AsInt64();
        Vector128<long> even = Vector128.AndNot(Vector128<long>.One, sum.AsInt64()) & inexact;

        // Away from zero where the error has the sum's sign, towards zero where it has not.
        Vector128<long> towardsZero = Vector128.ShiftRightLogical(error.AsInt64() ^ sum.AsInt64(), 63) & even;
        return (sum.AsInt64() + even - (towardsZero + towardsZero)).AsDouble();
    }

    /// <summary>The lower of the two numbers in each 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Even(Vector128<short> pairs) => Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(pairs.AsInt32(), 16), 16);

    /// <summary>The upper of the two numbers in each 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Odd(Vector128<short> pairs) => Vector128.ShiftRightArithmetic(pairs.AsInt32(), 16);
}
