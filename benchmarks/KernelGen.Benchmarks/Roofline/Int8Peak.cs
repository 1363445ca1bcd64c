using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.Benchmarks.Roofline;

/// <summary>
/// The 8-bit products that one core can sum up at most. Without instructions made for it: unsigned times signed bytes to pairs of 16 bits
/// (vpmaddubsw), pairs of those to 32 bits (vpmaddwd), and an addition (vpaddd); with AVX-VNNI one instruction.
/// </summary>
internal static class Int8Peak
{
    /// <summary>What a chain begins with: bytes that are not alike.</summary>
    private const int Start = 0x01020304;

    /// <summary>Bytes of one, and 16-bit integers of one.</summary>
    private const int Bytes = 0x01010101, Pairs = 0x00010001;

    /// <summary>Whether an instruction set has these instructions.</summary>
    public static bool IsSupported(InstructionSet instructionSet) => instructionSet != InstructionSet.Portable || Ssse3.IsSupported;

    /// <summary>The instructions.</summary>
    public static string Instructions(InstructionSet instructionSet) => instructionSet == InstructionSet.AvxVnni ? "vpdpbusd" : "vpmaddubsw, vpmaddwd, vpaddd";

    /// <summary>Does at least so many multiplications and additions.</summary>
    public static int Run(InstructionSet instructionSet, double operations) => instructionSet switch
    {
        InstructionSet.Avx512 => RegisterLoop.Run<Bytes512, Vector512<int>>(operations).ToScalar(),
        InstructionSet.AvxVnni => RegisterLoop.Run<Sums256, Vector256<int>>(operations).ToScalar(),
        InstructionSet.Avx2 => RegisterLoop.Run<Bytes256, Vector256<int>>(operations).ToScalar(),
        _ => RegisterLoop.Run<Bytes128, Vector128<int>>(operations).ToScalar(),
    };

    private readonly struct Bytes512 : IRegisterStep<Vector512<int>>
    {
        public static int Operations => 2 * Vector512<byte>.Count;

        public static Vector512<int> Start => Vector512.Create(Int8Peak.Start);

        public static Vector512<int> Factor => Vector512.Create(Bytes);

        public static Vector512<int> Other => Vector512.Create(Pairs);

        public static Vector512<int> Next(Vector512<int> value, Vector512<int> factor, Vector512<int> other) =>
            value + Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(value.AsByte(), factor.AsSByte()), other.AsInt16());

        public static Vector512<int> Add(Vector512<int> left, Vector512<int> right) => left + right;
    }

    private readonly struct Bytes256 : IRegisterStep<Vector256<int>>
    {
        public static int Operations => 2 * Vector256<byte>.Count;

        public static Vector256<int> Start => Vector256.Create(Int8Peak.Start);

        public static Vector256<int> Factor => Vector256.Create(Bytes);

        public static Vector256<int> Other => Vector256.Create(Pairs);

        public static Vector256<int> Next(Vector256<int> value, Vector256<int> factor, Vector256<int> other) =>
            value + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(value.AsByte(), factor.AsSByte()), other.AsInt16());

        public static Vector256<int> Add(Vector256<int> left, Vector256<int> right) => left + right;
    }

    private readonly struct Sums256 : IRegisterStep<Vector256<int>>
    {
        public static int Operations => 2 * Vector256<byte>.Count;

        public static Vector256<int> Start => Vector256.Create(Int8Peak.Start);

        public static Vector256<int> Factor => Vector256.Create(Bytes);

        public static Vector256<int> Other => Vector256.Create(Pairs);

        public static Vector256<int> Next(Vector256<int> value, Vector256<int> factor, Vector256<int> other) =>
            AvxVnni.MultiplyWideningAndAdd(value, factor.AsByte(), other.AsSByte());

        public static Vector256<int> Add(Vector256<int> left, Vector256<int> right) => left + right;
    }

    private readonly struct Bytes128 : IRegisterStep<Vector128<int>>
    {
        public static int Operations => 2 * Vector128<byte>.Count;

        public static Vector128<int> Start => Vector128.Create(Int8Peak.Start);

        public static Vector128<int> Factor => Vector128.Create(Bytes);

        public static Vector128<int> Other => Vector128.Create(Pairs);

        public static Vector128<int> Next(Vector128<int> value, Vector128<int> factor, Vector128<int> other) =>
            value + Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(value.AsByte(), factor.AsSByte()), other.AsInt16());

        public static Vector128<int> Add(Vector128<int> left, Vector128<int> right) => left + right;
    }
}
