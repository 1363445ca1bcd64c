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
                InstructionSet.Avx512 => Read512(buffer, buffer + now),
                InstructionSet.Avx2 => Read256(buffer, buffer + now),
                _ => Read128(buffer, buffer + now),
            };
            left -= now;
        }

        return sum;
    }

    /// <summary>Rounds up to whole blocks.</summary>
    public static long RoundUp(long floats) => (floats + Block - 1) / Block * Block;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Read512(float* from, float* to)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (; from < to; from += 128)
        {
            s0 += *(Vector512<float>*)(from);
            s1 += *(Vector512<float>*)(from + 16);
            s2 += *(Vector512<float>*)(from + 32);
            s3 += *(Vector512<float>*)(from + 48);
            s4 += *(Vector512<float>*)(from + 64);
            s5 += *(Vector512<float>*)(from + 80);
            s6 += *(Vector512<float>*)(from + 96);
            s7 += *(Vector512<float>*)(from + 112);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Read256(float* from, float* to)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (; from < to; from += 64)
        {
            s0 += *(Vector256<float>*)(from);
            s1 += *(Vector256<float>*)(from + 8);
            s2 += *(Vector256<float>*)(from + 16);
            s3 += *(Vector256<float>*)(from + 24);
            s4 += *(Vector256<float>*)(from + 32);
            s5 += *(Vector256<float>*)(from + 40);
            s6 += *(Vector256<float>*)(from + 48);
            s7 += *(Vector256<float>*)(from + 56);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7).GetElement(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Read128(float* from, float* to)
    {
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (; from < to; from += 32)
        {
            s0 += *(Vector128<float>*)(from);
            s1 += *(Vector128<float>*)(from + 4);
            s2 += *(Vector128<float>*)(from + 8);
            s3 += *(Vector128<float>*)(from + 12);
            s4 += *(Vector128<float>*)(from + 16);
            s5 += *(Vector128<float>*)(from + 20);
            s6 += *(Vector128<float>*)(from + 24);
            s7 += *(Vector128<float>*)(from + 28);
        }

        return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7).GetElement(0);
    }
}
