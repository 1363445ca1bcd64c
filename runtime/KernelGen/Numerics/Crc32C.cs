using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelGen.Numerics;

/// <summary>
/// CRC-32C (Castagnoli): the polynomial 0x1EDC6F41 reflected, initial value and final exclusive-or 0xFFFFFFFF, as in RFC 3720, section 12.1 and
/// appendix B.4. Computed with the CPU's instruction where there is one; the same value everywhere.
/// </summary>
internal static class Crc32C
{
    /// <summary>What to begin with.</summary>
    public const uint Initial = 0xFFFFFFFF;

    /// <summary>Takes more bytes.</summary>
    /// <param name="state"><see cref="Initial"/>, or what this returned for the bytes before.</param>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The state for the bytes that follow.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            state = BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte last in bytes[(words.Length * sizeof(ulong))..])
        {
            state = BitOperations.Crc32C(state, last);
        }

        return state;
    }

    /// <summary>The checksum of all bytes taken.</summary>
    public static uint Finish(uint state) => ~state;
}
