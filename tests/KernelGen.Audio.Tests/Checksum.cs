using System.Runtime.InteropServices;

namespace KernelGen.Audio.Tests;

/// <summary>The CRC-32 of numbers, by which tests know their bits again.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<float> values)
    {
        uint rest = uint.MaxValue;
        foreach (byte value in MemoryMarshal.AsBytes(values))
        {
            rest ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                rest = (rest >> 1) ^ ((rest & 1) * 0xEDB88320);
            }
        }

        return ~rest;
    }
}
