using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Tests.Kernels;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Packing;

/// <summary>How weights become 4-bit integers with a scale for each group.</summary>
public sealed unsafe class Int4QuantizationTests
{
    /// <summary>Inputs that fill groups and that do not.</summary>
    public static TheoryData<int> Widths => [1, 7, 31, 32, 33, 64, 144, 200];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Errors_are_those_of_what_is_stored_and_less_than_those_of_plain_rounding(int inputs)
    {
        const int Outputs = 19;
        float[] weights = new Samples(inputs).Normal(Outputs * inputs);
        (float[] stored, double error, double whole) = Quantized(weights, Outputs, inputs);

        double expected = 0, plain = 0;
        for (int output = 0; output < Outputs; output++)
        {
            for (int first = 0; first < inputs; first += Int4Layout.Group)
            {
                ReadOnlySpan<float> group = weights.AsSpan((output * inputs) + first, Math.Min(Int4Layout.Group, inputs - first));
                (int[] multiples, float scale) = ReferenceKernels.QuantizeFourBits(group);
                double ofGroup = 0, ofPlain = 0;
                for (int i = 0; i < group.Length; i++)
                {
                    ofGroup += Math.Pow(group[i] - stored[(output * inputs) + first + i], 2);
                    ofPlain += Math.Pow(group[i] - (multiples[i] * (double)scale), 2);
                }

                expected += ofGroup;
                plain += ofPlain;
            }
        }

        double norm = weights.Sum(static weight => (double)weight * weight);
        Assert.Equal(norm, whole, norm * 1e-5);
        Assert.Equal(expected, error, norm * 1e-6);
        Assert.InRange(Math.Sqrt(error / whole), 0, 0.1);
        Assert.InRange(error, 0, inputs < 8 ? double.MaxValue : 0.97 * plain);
    }

    [Fact]
    public void The_largest_magnitude_may_have_either_sign()
    {
        float[] weights = [.. Enumerable.Range(0, 64).Select(static i => i % 32 < 16 ? (i % 32) - 8f : 0f)];
        weights.AsSpan(32, 32).ToArray().Select(static weight => -weight).ToArray().CopyTo(weights, 32);
        (float[] stored, double error, _) = Quantized(weights, 1, 64);
        BitAssert.Equal(weights, stored, "whole numbers from -8 to 7, and from -7 to 8");
        Assert.Equal(0, error);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_makes_its_group_no_number_and_no_other(float special)
    {
        float[] weights = new Samples(1).Normal(2 * 64);
        weights[40] = special;
        (float[] stored, double error, double whole) = Quantized(weights, 2, 64);
        Assert.All(stored[32..64], static weight => Assert.True(float.IsNaN(weight)));
        Assert.All([.. stored[..32], .. stored[64..]], static weight => Assert.True(float.IsFinite(weight)));
        Assert.False(Math.Sqrt(error / whole) <= double.MaxValue, "Such a layer bears no budget.");
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-40f)]
    [InlineData(1e-32f)]
    public void Next_to_nothing_is_zero(float magnitude)
    {
        (float[] stored, _, _) = Quantized([.. new Samples(1).Normal(64).Select(weight => weight * magnitude)], 1, 64);
        Assert.All(stored, static weight => Assert.Equal(0f, weight));
    }

    [Theory]
    [InlineData(1e-20f)]
    [InlineData(1e18f)]
    public void Small_and_large_weights_keep_their_precision(float magnitude)
    {
        float[] weights = [.. new Samples(5).Normal(64).Select(weight => weight * magnitude)];
        (float[] stored, _, _) = Quantized(weights, 1, 64);
        double error = weights.Zip(stored, static (weight, value) => Math.Pow((double)weight - value, 2)).Sum(), norm = weights.Sum(static weight => (double)weight * weight);
        Assert.InRange(Math.Sqrt(error / norm), 0, 0.1);
    }

    /// <summary>Quantises a weight <c>[outputs, inputs]</c>, and reads what was stored by the description of the layout.</summary>
    private static (float[] Stored, double Error, double Whole) Quantized(float[] weights, int outputs, int inputs)
    {
        using GuardedBuffer panels = Panels.Pack(weights, outputs, inputs);
        int groups = (inputs + 31) / 32, panelCount = (outputs + 15) / 16;
        using var scales = new GuardedBuffer(panelCount * groups * 16 / 2);
        using var bytes = new GuardedBuffer(panelCount * groups * 256 / sizeof(float));
        (double error, double whole) = Int4Quantization.Quantize(panels.Pointer, panelCount, inputs, (ushort*)scales.Pointer, (byte*)bytes.Pointer);
        scales.AssertMargins("scales");
        bytes.AssertMargins("weights");
        float[] stored = new float[weights.Length];
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
            {
                int group = (output / 16 * groups) + (input / 32), column = output % 16;
                byte both = ((byte*)bytes.Pointer)[(group * 256) + (input % 32 / 8 * 64) + (column * 4) + (input % 4)];
                float scale = BitConverter.UInt32BitsToSingle((uint)((ushort*)scales.Pointer)[(group * 16) + column] << 16);
                stored[(output * inputs) + input] = scale * (((input % 8 < 4 ? both : both >> 4) & 15) - 8);
            }
        }

        return (stored, error, whole);
    }
}
