using System.Buffers.Binary;

namespace KernelGen.Audio;

/// <summary>What a FLAC file says of itself (RFC 9639, section 8.2).</summary>
/// <param name="SampleRate">Samples of each channel in a second.</param>
/// <param name="Channels">How many channels there are, 1 to 8.</param>
/// <param name="Bits">The bits of a sample, 4 to 32.</param>
/// <param name="Samples">The samples of each channel; 0 where it is not known.</param>
internal readonly record struct FlacStreamInformation(int SampleRate, int Channels, int Bits, long Samples)
{
    /// <summary>The bytes that say it.</summary>
    public const int Length = 34;

    private const int LeastBits = 4;

    /// <summary>Reads it.</summary>
    /// <param name="block">The content of the metadata block, <see cref="Length"/> bytes.</param>
    /// <param name="source">How errors name the file.</param>
    public static FlacStreamInformation Read(ReadOnlySpan<byte> block, string source)
    {
        // 20 bits, 3, 5 and 36.
        ulong values = BinaryPrimitives.ReadUInt64BigEndian(block[10..]);
        int sampleRate = (int)(values >> 44);
        int bits = (int)((values >> 36) & 31) + 1;
        AudioFile.CheckSampleRate(sampleRate, source);
        return bits >= LeastBits
            ? new FlacStreamInformation(sampleRate, (int)((values >> 41) & 7) + 1, bits, (long)(values & ((1UL << 36) - 1)))
            : throw new InvalidDataException($"{source} has {bits} bits for each sample; expected {LeastBits} to 32.");
    }
}
