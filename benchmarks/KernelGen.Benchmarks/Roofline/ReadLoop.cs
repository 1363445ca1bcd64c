using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>Reads memory as fast as one core can: sums of vectors, eight at a time.</summary>
internal static unsafe class ReadLoop
{
    /// <summary>What is read at a time, in floats; buffers are multiples of it.</summary>
    public const int Block = 128;

    /// <summary>Reads the first floats of a buffer, again and again, until so many bytes are read.</summary>
    /// <param name="instructionSet">The width of the vectors.</param>
    /// <param name="buffer">The buffer.</param>
    /// <param name="floats">How much of it; a multiple of <see cref="Block"/>.</param>
    /// <param name="bytes">How much to read, rounded up to a block.</param>
    public static float Run(InstructionSet instructionSet, float* buffer, long floats, double bytes)
    {
        float sum = 0;
        long left = RoundUp((long)Math.Ceiling(bytes / sizeof(float)));
        while (left > 0)
        {
            long now = Math.Min(left, floats);
            sum += instructionSet switch
            {
                InstructionSet.Avx512 => Read<Floats512, Vector512<float>>(buffer, now).ToScalar(),
                InstructionSet.Avx2 or InstructionSet.AvxVnni => Read<Floats256, Vector256<float>>(buffer, now).ToScalar(),
                _ => Read<Floats128, Vector128<float>>(buffer, now).ToScalar(),
            };
            left -= now;
        }

        return sum;
    }

    /// <summary>Rounds up to whole blocks.</summary>
    public static long RoundUp(long floats) => (floats + Block - 1) / Block * Block;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Read<TSum, TVector>(float* buffer, long floats)
        where TSum : struct, IVectorSum<TVector>
        where TVector : unmanaged
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        var end = (TVector*)(buffer + floats);
        for (var from = (TVector*)buffer; from < end; from += 8)
        {
            s0 = TSum.Add(s0, from[0]);
            s1 = TSum.Add(s1, from[1]);
            s2 = TSum.Add(s2, from[2]);
            s3 = TSum.Add(s3, from[3]);
            s4 = TSum.Add(s4, from[4]);
            s5 = TSum.Add(s5, from[5]);
            s6 = TSum.Add(s6, from[6]);
            s7 = TSum.Add(s7, from[7]);
        }

        return TSum.Add(TSum.Add(TSum.Add(s0, s1), TSum.Add(s2, s3)), TSum.Add(TSum.Add(s4, s5), TSum.Add(s6, s7)));
    }
}
