using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>
/// The 8-bit products that one core can sum up at most without instructions made for it: unsigned times signed bytes to pairs of 16 bits
/// (vpmaddubsw), pairs of those to 32 bits (vpmaddwd), and an addition (vpaddd); a loop over registers alone.
/// </summary>
internal static class Int8Peak
{
    /// <summary>Multiplications and additions of one turn of the loop.</summary>
    private const int Operations512 = 2 * 12 * 64, Operations256 = 2 * 12 * 32, Operations128 = 2 * 12 * 16;

    /// <summary>Whether an instruction set has these instructions.</summary>
    public static bool IsSupported(InstructionSet instructionSet) => instructionSet != InstructionSet.Portable || Ssse3.IsSupported;

    /// <summary>Does at least so many multiplications and additions.</summary>
    public static int Run(InstructionSet instructionSet, double operations) => instructionSet switch
    {
        InstructionSet.Avx512 => Run512((long)Math.Ceiling(operations / Operations512)),
        InstructionSet.Avx2 => Run256((long)Math.Ceiling(operations / Operations256)),
        _ => Run128((long)Math.Ceiling(operations / Operations128)),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Run512(long steps)
    {
        Vector512<sbyte> b = Vector512.Create((sbyte)1);
        Vector512<short> ones = Vector512<short>.One;
        Vector512<int> a = Vector512.Create(0x01020304);
        Vector512<int> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (long i = 0; i < steps; i++)
        {
            s0 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s0.AsByte(), b), ones);
            s1 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s1.AsByte(), b), ones);
            s2 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s2.AsByte(), b), ones);
            s3 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s3.AsByte(), b), ones);
            s4 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s4.AsByte(), b), ones);
            s5 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s5.AsByte(), b), ones);
            s6 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s6.AsByte(), b), ones);
            s7 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s7.AsByte(), b), ones);
            s8 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s8.AsByte(), b), ones);
            s9 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s9.AsByte(), b), ones);
            s10 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s10.AsByte(), b), ones);
            s11 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(s11.AsByte(), b), ones);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Run256(long steps)
    {
        Vector256<sbyte> b = Vector256.Create((sbyte)1);
        Vector256<short> ones = Vector256<short>.One;
        Vector256<int> a = Vector256.Create(0x01020304);
        Vector256<int> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (long i = 0; i < steps; i++)
        {
            s0 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s0.AsByte(), b), ones);
            s1 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s1.AsByte(), b), ones);
            s2 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s2.AsByte(), b), ones);
            s3 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s3.AsByte(), b), ones);
            s4 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s4.AsByte(), b), ones);
            s5 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s5.AsByte(), b), ones);
            s6 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s6.AsByte(), b), ones);
            s7 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s7.AsByte(), b), ones);
            s8 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s8.AsByte(), b), ones);
            s9 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s9.AsByte(), b), ones);
            s10 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s10.AsByte(), b), ones);
            s11 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(s11.AsByte(), b), ones);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Run128(long steps)
    {
        Vector128<sbyte> b = Vector128.Create((sbyte)1);
        Vector128<short> ones = Vector128<short>.One;
        Vector128<int> a = Vector128.Create(0x01020304);
        Vector128<int> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (long i = 0; i < steps; i++)
        {
            s0 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s0.AsByte(), b), ones);
            s1 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s1.AsByte(), b), ones);
            s2 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s2.AsByte(), b), ones);
            s3 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s3.AsByte(), b), ones);
            s4 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s4.AsByte(), b), ones);
            s5 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s5.AsByte(), b), ones);
            s6 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s6.AsByte(), b), ones);
            s7 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s7.AsByte(), b), ones);
            s8 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s8.AsByte(), b), ones);
            s9 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s9.AsByte(), b), ones);
            s10 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s10.AsByte(), b), ones);
            s11 += Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(s11.AsByte(), b), ones);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11).GetElement(0);
    }
}
