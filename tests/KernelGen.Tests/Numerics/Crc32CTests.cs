using System.Text;
using KernelGen.Numerics;

namespace KernelGen.Tests.Numerics;

public sealed class Crc32CTests
{
    /// <summary>RFC 3720, appendix B.4, and the check value that catalogues of checksums give for "123456789".</summary>
    public static TheoryData<byte[], uint> Known => new()
    {
        { [], 0 },
        { Encoding.ASCII.GetBytes("123456789"), 0xE3069283 },
        { new byte[32], 0x8A9136AA },
        { [.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43 },
        { [.. Enumerable.Range(0, 32).Select(static i => (byte)i)], 0x46DD794E },
        { [.. Enumerable.Range(0, 32).Select(static i => (byte)(31 - i))], 0x113FDB5C },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Known_values(byte[] bytes, uint expected) => Assert.Equal(expected, Of(bytes));

    [Fact]
    public void Every_length_and_cut_agrees_with_the_definition_bit_by_bit()
    {
        byte[] bytes = new byte[70];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            uint expected = BitByBit(bytes.AsSpan(0, length));
            for (int cut = 0; cut <= length; cut++)
            {
                uint state = Crc32C.Append(Crc32C.Append(Crc32C.Initial, bytes.AsSpan(0, cut)), bytes.AsSpan(cut, length - cut));
                Assert.Equal(expected, Crc32C.Finish(state));
            }
        }
    }

    private static uint Of(byte[] bytes) => Crc32C.Finish(Crc32C.Append(Crc32C.Initial, bytes));

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        const uint ReflectedPolynomial = 0x82F63B78;
        uint state = 0xFFFFFFFF;
        foreach (byte value in bytes)
        {
            state ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) * ReflectedPolynomial);
            }
        }

        return ~state;
    }
}
