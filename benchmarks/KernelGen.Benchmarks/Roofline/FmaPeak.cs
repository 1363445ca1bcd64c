using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>The fused multiply-adds that one core can do at most: a loop over registers alone, with enough independent chains to hide their latency.</summary>
internal static class FmaPeak
{
    /// <summary>Multiplications and additions of one turn of the loop.</summary>
    private const int Flops512 = 2 * 24 * 16, Flops256 = 2 * 12 * 8, Flops128 = 2 * 12 * 4;

    /// <summary>Does at least so many multiplications and additions.</summary>
    public static float Run(InstructionSet instructionSet, double flops) => instructionSet switch
    {
        InstructionSet.Avx512 => Run512((long)Math.Ceiling(flops / Flops512)),
        InstructionSet.Avx2 => Run256((long)Math.Ceiling(flops / Flops256)),
        _ => Run128((long)Math.Ceiling(flops / Flops128)),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run512(long steps)
    {
        Vector512<float> a = Vector512.Create(1.0001f), b = Vector512.Create(1e-9f);
        Vector512<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        Vector512<float> s12 = a, s13 = a, s14 = a, s15 = a, s16 = a, s17 = a, s18 = a, s19 = a, s20 = a, s21 = a, s22 = a, s23 = a;
        for (long i = 0; i < steps; i++)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, b, a);
            s1 = Vector512.FusedMultiplyAdd(s1, b, a);
            s2 = Vector512.FusedMultiplyAdd(s2, b, a);
            s3 = Vector512.FusedMultiplyAdd(s3, b, a);
            s4 = Vector512.FusedMultiplyAdd(s4, b, a);
            s5 = Vector512.FusedMultiplyAdd(s5, b, a);
            s6 = Vector512.FusedMultiplyAdd(s6, b, a);
            s7 = Vector512.FusedMultiplyAdd(s7, b, a);
            s8 = Vector512.FusedMultiplyAdd(s8, b, a);
            s9 = Vector512.FusedMultiplyAdd(s9, b, a);
            s10 = Vector512.FusedMultiplyAdd(s10, b, a);
            s11 = Vector512.FusedMultiplyAdd(s11, b, a);
            s12 = Vector512.FusedMultiplyAdd(s12, b, a);
            s13 = Vector512.FusedMultiplyAdd(s13, b, a);
            s14 = Vector512.FusedMultiplyAdd(s14, b, a);
            s15 = Vector512.FusedMultiplyAdd(s15, b, a);
            s16 = Vector512.FusedMultiplyAdd(s16, b, a);
            s17 = Vector512.FusedMultiplyAdd(s17, b, a);
            s18 = Vector512.FusedMultiplyAdd(s18, b, a);
            s19 = Vector512.FusedMultiplyAdd(s19, b, a);
            s20 = Vector512.FusedMultiplyAdd(s20, b, a);
            s21 = Vector512.FusedMultiplyAdd(s21, b, a);
            s22 = Vector512.FusedMultiplyAdd(s22, b, a);
            s23 = Vector512.FusedMultiplyAdd(s23, b, a);
        }

        Vector512<float> sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
        sum += s12 + s13 + s14 + s15 + s16 + s17 + s18 + s19 + s20 + s21 + s22 + s23;
        return sum.GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run256(long steps)
    {
        Vector256<float> a = Vector256.Create(1.0001f), b = Vector256.Create(1e-9f);
        Vector256<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (long i = 0; i < steps; i++)
        {
            s0 = Vector256.FusedMultiplyAdd(s0, b, a);
            s1 = Vector256.FusedMultiplyAdd(s1, b, a);
            s2 = Vector256.FusedMultiplyAdd(s2, b, a);
            s3 = Vector256.FusedMultiplyAdd(s3, b, a);
            s4 = Vector256.FusedMultiplyAdd(s4, b, a);
            s5 = Vector256.FusedMultiplyAdd(s5, b, a);
            s6 = Vector256.FusedMultiplyAdd(s6, b, a);
            s7 = Vector256.FusedMultiplyAdd(s7, b, a);
            s8 = Vector256.FusedMultiplyAdd(s8, b, a);
            s9 = Vector256.FusedMultiplyAdd(s9, b, a);
            s10 = Vector256.FusedMultiplyAdd(s10, b, a);
            s11 = Vector256.FusedMultiplyAdd(s11, b, a);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11).GetElement(0);
    }

    /// <summary>Where there is no fused multiply-add, a multiplication and an addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run128(long steps)
    {
        Vector128<float> a = Vector128.Create(1.0001f), b = Vector128.Create(1e-9f);
        Vector128<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (long i = 0; i < steps; i++)
        {
            s0 = Vector128.MultiplyAddEstimate(s0, b, a);
            s1 = Vector128.MultiplyAddEstimate(s1, b, a);
            s2 = Vector128.MultiplyAddEstimate(s2, b, a);
            s3 = Vector128.MultiplyAddEstimate(s3, b, a);
            s4 = Vector128.MultiplyAddEstimate(s4, b, a);
            s5 = Vector128.MultiplyAddEstimate(s5, b, a);
            s6 = Vector128.MultiplyAddEstimate(s6, b, a);
            s7 = Vector128.MultiplyAddEstimate(s7, b, a);
            s8 = Vector128.MultiplyAddEstimate(s8, b, a);
            s9 = Vector128.MultiplyAddEstimate(s9, b, a);
            s10 = Vector128.MultiplyAddEstimate(s10, b, a);
            s11 = Vector128.MultiplyAddEstimate(s11, b, a);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11).GetElement(0);
    }
}
