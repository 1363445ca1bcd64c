using KernelGen.Numerics;

namespace KernelGen.Tests.Numerics;

public sealed unsafe class FloatConversionTests
{
    private static readonly ushort[] All = [.. Enumerable.Range(0, 65536).Select(static i => (ushort)i)];

    [Fact]
    public void Every_half_is_widened_exactly()
    {
        float[] widened = Convert(All, All.Length, 0, isHalf: true);
        for (int i = 0; i < All.Length; i++)
        {
            CheckHalf((ushort)i, widened[i]);
        }
    }

    [Fact]
    public void Every_half_is_widened_exactly_one_by_one()
    {
        for (int i = 0; i < All.Length; i++)
        {
            CheckHalf((ushort)i, Convert([(ushort)i], 1, 0, isHalf: true)[0]);
        }
    }

    [Fact]
    public void Every_bfloat16_is_the_upper_half_of_a_float()
    {
        float[] widened = Convert(All, All.Length, 0, isHalf: false);
        for (int i = 0; i < All.Length; i++)
        {
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(widened[i]));
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(Convert([(ushort)i], 1, 0, isHalf: false)[0]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_count_at_any_alignment_is_widened_and_nothing_else(bool isHalf)
    {
        ushort[] source = All[0x3800..0x3900];
        float[] expected = Convert(source, source.Length, 0, isHalf);
        for (int offset = 0; offset < 4; offset++)
        {
            for (int count = 0; count <= 70; count++)
            {
                float[] widened = Convert(source, count, offset, isHalf);
                Assert.Equal(expected[..count], widened[..count]);
                Assert.Equal(-7, widened[count]);
            }
        }
    }

    /// <summary>Widens from an address <paramref name="offset"/> bytes past an aligned one; the element after the last stays -7.</summary>
    private static float[] Convert(ushort[] source, int count, int offset, bool isHalf)
    {
        float[] destination = new float[count + 1];
        destination[count] = -7;
        byte[] bytes = new byte[offset + (2 * count)];
        Buffer.BlockCopy(source, 0, bytes, offset, 2 * count);
        fixed (byte* from = bytes)
        fixed (float* to = destination)
        {
            if (isHalf)
            {
                FloatConversion.FromFloat16(from + offset, to, count);
            }
            else
            {
                FloatConversion.FromBFloat16(from + offset, to, count);
            }
        }

        return destination;
    }

    private static void CheckHalf(ushort bits, float widened)
    {
        float expected = (float)BitConverter.UInt16BitsToHalf(bits);
        Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(widened));
    }
}
