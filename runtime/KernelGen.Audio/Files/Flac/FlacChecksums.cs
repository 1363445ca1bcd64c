namespace KernelGen.Audio;

/// <summary>The cyclic redundancy checks of FLAC (RFC 9639, sections 9.1.8 and 9.3): highest bit first, beginning with 0.</summary>
internal static class FlacChecksums
{
    private const int Polynomial8 = 0x07;
    private const int Polynomial16 = 0x8005;

    private static readonly ushort[] Table8 = Table(Polynomial8, bits: 8);
    private static readonly ushort[] Table16 = Table(Polynomial16, bits: 16);

    /// <summary>The check of a frame's header.</summary>
    public static byte OfHeader(ReadOnlySpan<byte> bytes)
    {
        int checksum = 0;
        foreach (byte value in bytes)
        {
            checksum = Table8[checksum ^ value];
        }

        return (byte)checksum;
    }

    /// <summary>The check of a frame, with some bytes more.</summary>
    /// <param name="checksum">The check of the bytes before them, 0 at the beginning.</param>
    /// <param name="bytes">The bytes.</param>
    public static ushort OfFrame(ushort checksum, ReadOnlySpan<byte> bytes)
    {
        ushort[] table = Table16;
        foreach (byte value in bytes)
        {
            checksum = (ushort)((checksum << 8) ^ table[(checksum >> 8) ^ value]);
        }

        return checksum;
    }

    private static ushort[] Table(int polynomial, int bits)
    {
        var table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int rest = i << (bits - 8);
            for (int bit = 0; bit < 8; bit++)
            {
                rest = (rest << 1) ^ ((rest >> (bits - 1)) * polynomial);
                rest &= (1 << bits) - 1;
            }

            table[i] = (ushort)rest;
        }

        return table;
    }
}
