using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KernelGen.Layout;
using KernelGen.Numerics;

namespace KernelGen.Packing;

/// <summary>
/// Quantises weights to 4-bit integers from -8 to 7, with a scale for each 32 inputs of an output column: <c>w ≈ scale · q</c>. Of several roundings of a group the one is taken whose squared error is
/// the least, and its scale is the one that makes it so (least squares), rounded to bfloat16; it may be negative, so that the weight of the largest magnitude becomes -8, whatever its sign. A
/// group that holds a weight which is infinite or not a number has a scale that is not a number, and so has everything computed with it.
/// </summary>
internal static unsafe class Int4Quantization
{
    /// <summary>
    /// Quotients of the weight of the largest magnitude and the scales that are tried first; what is found there is then made better by least squares. A quotient beyond -8 cuts that weight off, for
    /// the sake of all others.
    /// </summary>
    private static readonly float[] Quotients = [-6f, -6.5f, -7f, -7.25f, -7.5f, -7.75f, -8f, -8.25f, -8.5f, -8.75f, -9f, 7f, 7.5f];

    /// <summary>Quantises whole panels.</summary>
    /// <param name="source">Panels of floats, <c>[panel, input, 16]</c>.</param>
    /// <param name="panels">The number of panels.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="scales">Receives the scales, bfloat16 numbers: <c>[panel, group, 16]</c>.</param>
    /// <param name="destination">
    /// Receives the weights, <c>[panel, group, 4, 16, 4]</c> bytes: the lower half of a byte belongs to one of the first four of 8 inputs, the upper half to that four further on. Inputs past the last have zero weights.
    /// </param>
    /// <returns>The sums of squares of what quantising took away, and of the weights.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Error, double Whole) Quantize(float* source, int panels, int inputs, ushort* scales, byte* destination)
    {
        double error = 0, whole = 0;
        float* group = stackalloc float[Int4Layout.Group * PanelLayout.Width];
        float* groupScales = stackalloc float[PanelLayout.Width];
        for (int panel = 0; panel < panels; panel++)
        {
            for (int first = 0; first < inputs; first += Int4Layout.Group)
            {
                int count = Math.Min(Int4Layout.Group, inputs - first) * PanelLayout.Width;
                new ReadOnlySpan<float>(source + ((nint)first * PanelLayout.Width), count).CopyTo(new Span<float>(group, count));
                new Span<float>(group + count, (Int4Layout.Group * PanelLayout.Width) - count).Clear();
                for (int column = 0; column < PanelLayout.Width; column += Vector128<float>.Count)
                {
                    (Vector128<float> scale, Vector128<float> cost, Vector128<float> square) = Quantize(group + column, destination + (column * Int8Layout.ByteGroup));
                    scale.Store(groupScales + column);
                    for (int i = 0; i < Vector128<float>.Count; i++)
                    {
                        error += cost[i];
                        whole += square[i];
                    }
                }

                FloatConversion.ToBFloat16(groupScales, scales, PanelLayout.Width);
                scales += PanelLayout.Width;
                destination += Int4Layout.GroupBytes;
            }

            source += (nint)inputs * PanelLayout.Width;
        }

        return (error, whole);
    }

    /// <summary>Quantises a group of four columns.</summary>
    /// <param name="group">Its weights, a row of 16 columns for each input.</param>
    /// <param name="destination">Receives the bytes, a step of 64 after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (Vector128<float> Scale, Vector128<float> Error, Vector128<float> Square) Quantize(float* group, byte* destination)
    {
        Vector128<float> extreme = Vector128<float>.Zero, square = Vector128<float>.Zero, nothing = Vector128<float>.Zero;
        for (int input = 0; input < Int4Layout.Group; input++)
        {
            Vector128<float> weight = Vector128.Load(group + (input * PanelLayout.Width));
            extreme = Vector128.ConditionalSelect(Vector128.GreaterThan(Vector128.Abs(weight), Vector128.Abs(extreme)), weight, extreme);
            square += weight * weight;
            nothing += weight * Vector128<float>.Zero;
        }

        // Next to nothing counts as zero: its inverse would not be finite. So does what is not a number; the scale tells of it.
        Vector128<float> isSome = Vector128.GreaterThan(Vector128.Abs(extreme), Vector128.Create(1e-30f)) & Vector128.Equals(nothing, Vector128<float>.Zero);
        Vector128<float> divisor = Vector128.ConditionalSelect(isSome, extreme, Vector128<float>.One);
        Vector128<float> bestGain = Vector128.Create(-1f), best = Vector128<float>.Zero;
        foreach (float quotient in Quotients)
        {
            Fit(group, Vector128.Create(quotient) / divisor, out Vector128<float> scale, out Vector128<float> gain);
            Vector128<float> isBetter = Vector128.GreaterThan(gain, bestGain);
            best = Vector128.ConditionalSelect(isBetter, scale, best);
            bestGain = Vector128.ConditionalSelect(isBetter, gain, bestGain);
        }

        // Once more with that scale, as it is stored.
        Vector128<float> found = Stored(best);
        Vector128<float> isUseful = Vector128.GreaterThan(Vector128.Abs(found), Vector128.Create(1e-34f)) & isSome;
        Vector128<float> inverse = Vector128.ConditionalSelect(isUseful, Vector128<float>.One / Vector128.ConditionalSelect(isUseful, found, Vector128<float>.One), Vector128<float>.Zero);
        found = Vector128.ConditionalSelect(isUseful, found, Vector128<float>.Zero);
        Vector128<float> error = Vector128<float>.Zero;
        for (int step = 0; step < Int4Layout.Group / Int4Layout.Step; step++)
        {
            Vector128<uint> bytes = Vector128<uint>.Zero;
            for (int i = 0; i < Int4Layout.Step; i++)
            {
                Vector128<float> weight = Vector128.Load(group + (((step * Int4Layout.Step) + i) * PanelLayout.Width));
                Vector128<float> rounded = Rounded(weight & isSome, inverse);
                Vector128<float> rest = weight - (rounded * found);
                error += rest * rest;
                int bit = i < Int8Layout.ByteGroup ? 8 * i : (8 * (i - Int8Layout.ByteGroup)) + 4;
                bytes |= (Vector128.ConvertToInt32(rounded) + Vector128.Create(Int4Layout.WeightOffset)).AsUInt32() << bit;
            }

            bytes.Store((uint*)(destination + (step * Int4Layout.StepBytes)));
        }

        return (found + nothing, error, square);
    }

    /// <summary>Rounds a group, and finds the scale with which the squared error is the least, and what that saves of the squares of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fit(float* group, Vector128<float> inverse, out Vector128<float> scale, out Vector128<float> gain)
    {
        Vector128<float> products = Vector128<float>.Zero, squares = Vector128<float>.Zero;
        for (int input = 0; input < Int4Layout.Group; input++)
        {
            Vector128<float> weight = Vector128.Load(group + (input * PanelLayout.Width));
            Vector128<float> rounded = Rounded(weight, inverse);
            products += weight * rounded;
            squares += rounded * rounded;
        }

        Vector128<float> isSome = Vector128.GreaterThan(squares, Vector128<float>.Zero);
        scale = Vector128.ConditionalSelect(isSome, products / Vector128.ConditionalSelect(isSome, squares, Vector128<float>.One), Vector128<float>.Zero);

        // Divided before it is squared, so that it is no less finite than the weights.
        gain = scale * products;
    }

    /// <summary>The nearest whole numbers that there are, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Rounded(Vector128<float> weight, Vector128<float> inverse)
    {
        Vector128<float> magic = Vector128.Create(12582912f);
        Vector128<float> nearest = (Vector128.Min(Vector128.Max(weight * inverse, Vector128.Create(-9f)), Vector128.Create(8f)) + magic) - magic;
        return Vector128.Min(Vector128.Max(nearest, Vector128.Create((float)Int4Layout.LeastWeight)), Vector128.Create((float)Int4Layout.LargestWeight));
    }

    /// <summary>Scales as bfloat16 holds them.</summary>
    private static Vector128<float> Stored(Vector128<float> scales)
    {
        float* floats = stackalloc float[Vector128<float>.Count];
        ushort* stored = stackalloc ushort[Vector128<float>.Count];
        scales.Store(floats);
        FloatConversion.ToBFloat16(floats, stored, Vector128<float>.Count);
        FloatConversion.FromBFloat16((byte*)stored, floats, Vector128<float>.Count);
        return Vector128.Load(floats);
    }
}
