namespace KernelGen.Numerics;

/// <summary>
/// Philox4x32-10, a random number generator without state: each number is a function of a key and a counter (Salmon, Moraes, Dror and Shaw 2011, "Parallel
/// random numbers: as easy as 1, 2, 3").
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;

    /// <summary>64 random bits, the first half of the block.</summary>
    /// <param name="key">The key: 64 bits.</param>
    /// <param name="counterLow">The lower 64 bits of the counter.</param>
    /// <param name="counterHigh">The upper 64 bits of the counter.</param>
    public static ulong Next(ulong key, ulong counterLow, ulong counterHigh = 0)
    {
        uint c0 = (uint)counterLow, c1 = (uint)(counterLow >> 32), c2 = (uint)counterHigh, c3 = (uint)(counterHigh >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong first = 0xD2511F53ul * c0;
            ulong second = 0xCD9E8D57ul * c2;
            (c0, c1, c2, c3) = ((uint)(second >> 32) ^ c1 ^ k0, (uint)second, (uint)(first >> 32) ^ c3 ^ k1, (uint)first);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return c0 | ((ulong)c1 << 32);
    }
}
