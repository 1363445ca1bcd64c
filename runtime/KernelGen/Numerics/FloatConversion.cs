using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KernelGen.Checkpoints;

namespace KernelGen.Numerics;

/// <summary>Widens stored 16-bit floats to single precision, exactly, from sources of any alignment; and rounds the other way.</summary>
internal static unsafe class FloatConversion
{
    private const uint SignMask = 0x8000;
    private const int MantissaShift = 23 - 10;

    /// <summary>The sign-less bits, shifted, of the first number that is not subnormal.</summary>
    private const uint FirstNormal = 1u << 23;

    /// <summary>The sign-less bits, shifted, of infinity; what is above is no number.</summary>
    private const uint Infinity = 31u << 23;

    /// <summary>The difference of the exponents' biases.</summary>
    private const uint Rebias = (127 - 15) << 23;

    /// <summary>2⁻¹⁴, the unit of which subnormal numbers are fractions.</summary>
    private const uint SmallestNormal = Rebias + FirstNormal;

    private const uint QuietBit = 1u << 22;

    /// <summary>How many stored numbers are finite before the first that is not: the exponent of that one is all ones.</summary>
    /// <param name="source">The first number; of any alignment.</param>
    /// <param name="type">Float32, Float16 or BFloat16.</param>
    /// <param name="count">The number of numbers.</param>
    public static long CountFinite(byte* source, TensorDataType type, long count) => type switch
    {
        TensorDataType.Float32 => CountWithout(source, count, 0x7F800000u),
        TensorDataType.Float16 => CountWithout(source, count, (ushort)0x7C00),
        _ => CountWithout(source, count, (ushort)0x7F80),
    };

    /// <summary>Widens IEEE 754 half precision. Subnormal numbers and infinities are exact; what is no number stays so (and becomes quiet).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromFloat16(byte* source, float* destination, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= count - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                Vector256<ushort> half = Unsafe.ReadUnaligned<Vector256<ushort>>(source + ((nint)i * sizeof(ushort)));
                Vector256.StoreUnsafe(FromFloat16(Vector256.WidenLower(half)), ref destination[i]);
                Vector256.StoreUnsafe(FromFloat16(Vector256.WidenUpper(half)), ref destination[i + Vector256<float>.Count]);
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= count - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
            {
                Vector128<ushort> half = Unsafe.ReadUnaligned<Vector128<ushort>>(source + ((nint)i * sizeof(ushort)));
                Vector128.StoreUnsafe(FromFloat16(Vector128.WidenLower(half)), ref destination[i]);
                Vector128.StoreUnsafe(FromFloat16(Vector128.WidenUpper(half)), ref destination[i + Vector128<float>.Count]);
            }
        }

        for (; i < count; i++)
        {
            destination[i] = FromFloat16(Unsafe.ReadUnaligned<ushort>(source + ((nint)i * sizeof(ushort))));
        }
    }

    /// <summary>Widens bfloat16: the upper 16 bits of a single-precision number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromBFloat16(byte* source, float* destination, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= count - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                Vector256<ushort> upper = Unsafe.ReadUnaligned<Vector256<ushort>>(source + ((nint)i * sizeof(ushort)));
                Vector256.StoreUnsafe((Vector256.WidenLower(upper) << 16).AsSingle(), ref destination[i]);
                Vector256.StoreUnsafe((Vector256.WidenUpper(upper) << 16).AsSingle(), ref destination[i + Vector256<float>.Count]);
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= count - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
            {
                Vector128<ushort> upper = Unsafe.ReadUnaligned<Vector128<ushort>>(source + ((nint)i * sizeof(ushort)));
                Vector128.StoreUnsafe((Vector128.WidenLower(upper) << 16).AsSingle(), ref destination[i]);
                Vector128.StoreUnsafe((Vector128.WidenUpper(upper) << 16).AsSingle(), ref destination[i + Vector128<float>.Count]);
            }
        }

        for (; i < count; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source + ((nint)i * sizeof(ushort))) << 16);
        }
    }

    /// <summary>Rounds single precision to bfloat16: to the nearest, ties to even. What is no number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToBFloat16(float* source, ushort* destination, long count)
    {
        for (long i = 0; i < count; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            destination[i] = (ushort)(float.IsNaN(source[i]) ? (bits | QuietBit) >> 16 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    /// <summary>Rounds single precision to half precision: to the nearest, ties to even; what is beyond becomes infinite. What is no number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToFloat16(float* source, ushort* destination, long count)
    {
        for (long i = 0; i < count; i++)
        {
            destination[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FromFloat16(Vector256<uint> half)
    {
        Vector256<uint> sign = (half & Vector256.Create(SignMask)) << 16;
        Vector256<uint> bits = (half ^ (half & Vector256.Create(SignMask))) << MantissaShift;

        // A subnormal number is made normal by adding 2⁻¹⁴, which is then subtracted: both exact.
        Vector256<uint> subnormal = ((bits + Vector256.Create(SmallestNormal)).AsSingle() - Vector256.Create(SmallestNormal).AsSingle()).AsUInt32();
        Vector256<uint> special = Vector256.GreaterThanOrEqual(bits.AsInt32(), Vector256.Create((int)Infinity)).AsUInt32();
        Vector256<uint> quiet = Vector256.GreaterThan(bits.AsInt32(), Vector256.Create((int)Infinity)).AsUInt32() & Vector256.Create(QuietBit);
        Vector256<uint> normal = (bits + Vector256.Create(Rebias) + (special & Vector256.Create(Rebias))) | quiet;
        Vector256<uint> isSubnormal = Vector256.LessThan(bits.AsInt32(), Vector256.Create((int)FirstNormal)).AsUInt32();
        return (Vector256.ConditionalSelect(isSubnormal, subnormal, normal) | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FromFloat16(Vector128<uint> half)
    {
        Vector128<uint> sign = (half & Vector128.Create(SignMask)) << 16;
        Vector128<uint> bits = (half ^ (half & Vector128.Create(SignMask))) << MantissaShift;
        Vector128<uint> subnormal = ((bits + Vector128.Create(SmallestNormal)).AsSingle() - Vector128.Create(SmallestNormal).AsSingle()).AsUInt32();
        Vector128<uint> special = Vector128.GreaterThanOrEqual(bits.AsInt32(), Vector128.Create((int)Infinity)).AsUInt32();
        Vector128<uint> quiet = Vector128.GreaterThan(bits.AsInt32(), Vector128.Create((int)Infinity)).AsUInt32() & Vector128.Create(QuietBit);
        Vector128<uint> normal = (bits + Vector128.Create(Rebias) + (special & Vector128.Create(Rebias))) | quiet;
        Vector128<uint> isSubnormal = Vector128.LessThan(bits.AsInt32(), Vector128.Create((int)FirstNormal)).AsUInt32();
        return (Vector128.ConditionalSelect(isSubnormal, subnormal, normal) | sign).AsSingle();
    }

    /// <summary>How many elements come before the first that has all of some bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long CountWithout<T>(byte* source, long count, T bits)
        where T : unmanaged, IBinaryInteger<T>
    {
        var all = new Vector<T>(bits);
        long i = 0;
        while (i <= count - Vector<T>.Count && !Vector.EqualsAny(Unsafe.ReadUnaligned<Vector<T>>(source + (i * sizeof(T))) & all, all))
        {
            i += Vector<T>.Count;
        }

        while (i < count && (Unsafe.ReadUnaligned<T>(source + (i * sizeof(T))) & bits) != bits)
        {
            i++;
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float FromFloat16(ushort half)
    {
        uint sign = (half & SignMask) << 16;
        uint bits = (half & ~SignMask) << MantissaShift;
        uint magnitude = bits switch
        {
            < FirstNormal => BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(bits + SmallestNormal) - BitConverter.UInt32BitsToSingle(SmallestNormal)),
            < Infinity => bits + Rebias,
            Infinity => bits + Rebias + Rebias,
            _ => (bits + Rebias + Rebias) | QuietBit,
        };
        return BitConverter.UInt32BitsToSingle(magnitude | sign);
    }
}
