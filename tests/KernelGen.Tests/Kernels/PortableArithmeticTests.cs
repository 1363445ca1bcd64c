using System.Runtime.Intrinsics;
using KernelGen.Execution;

namespace KernelGen.Tests.Kernels;

/// <summary>The fused multiply-add of the portable kernels in software: the bits of the instruction, so that results do not depend on the CPU.</summary>
public sealed class PortableArithmeticTests
{
    [Fact]
    public void Sums_of_products_of_bytes_are_exact_with_and_without_instructions()
    {
        var random = new Random(3);
        byte[] weights = new byte[32];
        sbyte[] inputs = new sbyte[32];
        for (int repeat = 0; repeat < 10_000; repeat++)
        {
            for (int i = 0; i < 32; i++)
            {
                weights[i] = (byte)(random.Next(4) == 0 ? 127 : random.Next(128));
                inputs[i] = (sbyte)(random.Next(4) == 0 ? (random.Next(2) * 254) - 127 : random.Next(-127, 128));
            }

            // Inputs 0 and 1 of four bytes in both vectors may have magnitudes of 258 together, and so may inputs 2 and 3; sometimes they have.
            for (int i = 0; i < 16; i += 2)
            {
                int excess = Math.Abs(inputs[i]) + Math.Abs(inputs[i + 1]) + Math.Abs(inputs[i + 16]) + Math.Abs(inputs[i + 17]) - 258;
                for (int j = 0; j < 4 && excess > 0; j++)
                {
                    ref sbyte input = ref inputs[i + (j % 2) + (j / 2 * 16)];
                    int less = Math.Min(excess, Math.Abs(input));
                    input = (sbyte)(input - (Math.Sign(input) * less));
                    excess -= less;
                }
            }

            (Vector128<byte> a, Vector128<byte> moreA) = (Vector128.Create<byte>(weights.AsSpan(0, 16)), Vector128.Create<byte>(weights.AsSpan(16)));
            (Vector128<sbyte> b, Vector128<sbyte> moreB) = (Vector128.Create<sbyte>(inputs.AsSpan(0, 16)), Vector128.Create<sbyte>(inputs.AsSpan(16)));
            for (int lane = 0; lane < 4; lane++)
            {
                int sum = 0, moreSum = 0;
                for (int i = 4 * lane; i < (4 * lane) + 4; i++)
                {
                    sum += weights[i] * inputs[i];
                    moreSum += weights[i + 16] * inputs[i + 16];
                }

                Assert.Equal(sum + moreSum, PortableArithmetic.MultiplyAddAdjacent(a, b, moreA, moreB)[lane]);
                Assert.Equal(sum, PortableArithmetic.EmulateMultiplyAddAdjacent(a.AsSByte(), b)[lane]);
            }
        }
    }

    [Fact]
    public void Sums_that_an_instruction_adds_products_of_bytes_to_are_exact()
    {
        Assert.SkipUnless(PortableArithmetic.HasDotProducts, "This CPU has no such instruction.");
        var random = new Random(5);
        byte[] weights = new byte[16];
        sbyte[] inputs = new sbyte[16];
        for (int repeat = 0; repeat < 10_000; repeat++)
        {
            for (int i = 0; i < 16; i++)
            {
                weights[i] = (byte)random.Next(128);
                inputs[i] = (sbyte)random.Next(-127, 128);
            }

            (Vector128<int> sums, Vector128<byte> a, Vector128<sbyte> b) = (Vector128.Create(1 << random.Next(31)), Vector128.Create<byte>(weights), Vector128.Create<sbyte>(inputs));
            Vector128<int>[] actual =
            [
                PortableArithmetic.AddDotProducts(sums, a, b, 0),
                PortableArithmetic.AddDotProducts(sums, a, b, 1),
                PortableArithmetic.AddDotProducts(sums, a, b, 2),
                PortableArithmetic.AddDotProducts(sums, a, b, 3),
            ];
            for (int four = 0; four < 4; four++)
            {
                for (int lane = 0; lane < 4; lane++)
                {
                    int expected = sums[lane] + Enumerable.Range(0, 4).Sum(i => weights[(4 * lane) + i] * inputs[(4 * four) + i]);
                    Assert.Equal(expected, actual[four][lane]);
                }
            }
        }
    }

    [Fact]
    public void A_product_with_a_lane_has_the_bits_of_the_product_with_a_number()
    {
        var random = new Random(6);
        Vector128<float> Numbers() => Vector128.Create(Number(), Number(), Number(), Number());
        float Number() => (random.NextSingle() - 0.5f) * MathF.ScaleB(1, random.Next(-20, 20));
        for (int repeat = 0; repeat < 10_000; repeat++)
        {
            Vector128<float> a = Numbers(), b = Numbers(), c = Numbers();
            Vector128<float>[] actual =
            [
                PortableArithmetic.FusedMultiplyAddLane(a, b, 0, c),
                PortableArithmetic.FusedMultiplyAddLane(a, b, 1, c),
                PortableArithmetic.FusedMultiplyAddLane(a, b, 2, c),
                PortableArithmetic.FusedMultiplyAddLane(a, b, 3, c),
            ];
            for (int i = 0; i < 16; i++)
            {
                Assert.Equal(
                    BitConverter.SingleToInt32Bits(MathF.FusedMultiplyAdd(a[i % 4], b[i / 4], c[i % 4])),
                    BitConverter.SingleToInt32Bits(actual[i / 4][i % 4]));
            }
        }
    }

    [Fact]
    public void Sums_of_products_of_words_are_exact_with_and_without_instructions()
    {
        var random = new Random(4);
        Span<short> a = stackalloc short[8];
        Span<short> b = stackalloc short[8];
        for (int repeat = 0; repeat < 10_000; repeat++)
        {
            for (int i = 0; i < 8; i++)
            {
                a[i] = (short)random.Next(-127, 128);
                b[i] = (short)(random.Next(4) == 0 ? (random.Next(2) * 4094) - 2047 : random.Next(-2047, 2048));
            }

            var left = Vector128.Create<short>(a);
            var right = Vector128.Create<short>(b);
            for (int lane = 0; lane < 4; lane++)
            {
                int expected = (a[2 * lane] * b[2 * lane]) + (a[(2 * lane) + 1] * b[(2 * lane) + 1]);
                Assert.Equal(expected, PortableArithmetic.MultiplyAddAdjacent(left, right)[lane]);
                Assert.Equal(expected, PortableArithmetic.EmulateMultiplyAddAdjacent(left, right)[lane]);
            }
        }
    }

    [Fact]
    public void Emulation_has_the_bits_of_the_instruction_for_numbers_of_every_size()
    {
        var random = new Random(1);
        for (int i = 0; i < 1_000_000; i++)
        {
            AssertEqual(
                BitConverter.Int32BitsToSingle((int)random.NextInt64(uint.MaxValue)),
                BitConverter.Int32BitsToSingle((int)random.NextInt64(uint.MaxValue)),
                BitConverter.Int32BitsToSingle((int)random.NextInt64(uint.MaxValue)));
        }
    }

    [Fact]
    public void Emulation_has_the_bits_of_the_instruction_where_the_sum_nearly_cancels_or_nearly_ties()
    {
        var random = new Random(2);
        for (int i = 0; i < 1_000_000; i++)
        {
            // Few bits in each factor make exact ties common; an addend near the product, up to 2^±30 of it, decides which way they go.
            float a = random.Next(-4096, 4096) * MathF.ScaleB(1, random.Next(-70, 40));
            float b = random.Next(-4096, 4096) * MathF.ScaleB(1, random.Next(-70, 40));
            float product = a * b;
            AssertEqual(a, b, -product);
            AssertEqual(a, b, MathF.BitIncrement(-product));
            AssertEqual(a, b, MathF.ScaleB(product, random.Next(-30, 31)));
            AssertEqual(a, b, MathF.ScaleB(random.Next(1, 4), MathF.ILogB(product == 0 ? 1 : product) + random.Next(-30, 31)));
        }
    }

    [Fact]
    public void Emulation_has_the_bits_of_the_instruction_for_every_special_number()
    {
        float[] special =
        [
            0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, MathF.ScaleB(1, -126), MathF.BitDecrement(MathF.ScaleB(1, -126)), MathF.ScaleB(1, -75),
            float.MaxValue, float.MinValue, MathF.ScaleB(1, 103), float.PositiveInfinity, float.NegativeInfinity, float.NaN, 0.5f, 3f, MathF.BitIncrement(1f),
        ];
        foreach (float a in special)
        {
            foreach (float b in special)
            {
                foreach (float c in special)
                {
                    AssertEqual(a, b, c);
                }
            }
        }
    }

    private static void AssertEqual(float a, float b, float c)
    {
        float expected = MathF.FusedMultiplyAdd(a, b, c);
        Vector128<float> actual = PortableArithmetic.Emulate(Vector128.Create(a, 0f, 0f, a), Vector128.Create(b, 0f, 0f, b), Vector128.Create(c, 0f, 0f, c));
        bool isEqual = float.IsNaN(expected)
            ? float.IsNaN(actual[0]) && float.IsNaN(actual[3])
            : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual[0]) && BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual[3]);
        if (!isEqual)
        {
            Assert.Fail($"{a:G9} · {b:G9} + {c:G9} is {actual[0]:G9} and {actual[3]:G9} instead of {expected:G9}.");
        }
    }
}
