using System.Runtime.Intrinsics;
using KernelGen.Execution;

namespace KernelGen.Tests.Kernels;

/// <summary>What <see cref="AvxVnniWeights"/> is, with its instructions in software: kernels are compiled for both in the same way, so that they can be tested on any CPU with AVX2.</summary>
internal readonly struct EmulatedAvxVnniWeights : IWeightPrecision
{
    public static WeightPrecision Value => WeightPrecision.Int8;

    public static int WeightSize => sizeof(byte);

    public static bool AddsProducts => true;

    public static Vector256<int> AddProducts(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs)
    {
        Vector256<int> result = sums;
        for (int i = 0; i < 4; i++)
        {
            // Byte i of each 32 bits, without sign and with it.
            Vector256<int> weight = Vector256.ShiftRightLogical(weights.AsInt32(), 8 * i) & Vector256.Create(255);
            Vector256<int> input = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(inputs.AsInt32(), 24 - (8 * i)), 24);
            result += weight * input;
        }

        return result;
    }

    public static Vector256<int> AddProducts(Vector256<int> sums, Vector256<short> weights, Vector256<short> inputs) =>
        sums + (Lower(weights) * Lower(inputs)) + (Upper(weights) * Upper(inputs));

    private static Vector256<int> Lower(Vector256<short> pairs) => Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(pairs.AsInt32(), 16), 16);

    private static Vector256<int> Upper(Vector256<short> pairs) => Vector256.ShiftRightArithmetic(pairs.AsInt32(), 16);
}
