using System.Buffers.Binary;

namespace KernelGen.Audio;

/// <summary>Bytes of a WAV file → samples in [-1, 1].</summary>
internal static class WavSamples
{
    // What a 32-bit integer can be, stored as a number of its own size. Beyond it nothing was ever a sample, and sums of samples stay finite.
    private const double Largest = 4294967296.0;

    private static readonly float[] ALaw = [.. Enumerable.Range(0, 256).Select(static code => DecodeALaw((byte)code) / 32768f)];
    private static readonly float[] MuLaw = [.. Enumerable.Range(0, 256).Select(static code => DecodeMuLaw((byte)code) / 32768f)];

    /// <summary>Converts samples.</summary>
    /// <param name="encoding">How they lie in the file.</param>
    /// <param name="bytes">The bytes of as many samples as there is room for.</param>
    /// <param name="samples">Receives the samples.</param>
    /// <returns>The first sample that is no number, infinite or beyond any that was recorded; -1 where there is none.</returns>
    public static int Convert(WavEncoding encoding, ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        switch (encoding)
        {
            case WavEncoding.Unsigned8:
                for (int i = 0; i < samples.Length; i++)
                {
                    samples[i] = (bytes[i] - 128) * (1f / 128);
                }

                return -1;
            case WavEncoding.Signed16:
                for (int i = 0; i < samples.Length; i++)
                {
                    samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) * (1f / 32768);
                }

                return -1;
            case WavEncoding.Signed24:
                for (int i = 0; i < samples.Length; i++)
                {
                    ReadOnlySpan<byte> sample = bytes.Slice(3 * i, 3);
                    samples[i] = (sample[0] | (sample[1] << 8) | ((sbyte)sample[2] << 16)) * (1f / (1 << 23));
                }

                return -1;
            case WavEncoding.Signed32:
                for (int i = 0; i < samples.Length; i++)
                {
                    samples[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]) * (1f / (1u << 31));
                }

                return -1;
            case WavEncoding.Float32:
                int firstBad = -1;
                for (int i = samples.Length - 1; i >= 0; i--)
                {
                    samples[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                    firstBad = Math.Abs((double)samples[i]) < Largest ? firstBad : i;
                }

                return firstBad;
            case WavEncoding.Float64:
                firstBad = -1;
                for (int i = samples.Length - 1; i >= 0; i--)
                {
                    double sample = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                    samples[i] = (float)sample;
                    firstBad = Math.Abs(sample) < Largest ? firstBad : i;
                }

                return firstBad;
            case WavEncoding.ALaw:
                for (int i = 0; i < samples.Length; i++)
                {
                    samples[i] = ALaw[bytes[i]];
                }

                return -1;
            case WavEncoding.MuLaw:
                for (int i = 0; i < samples.Length; i++)
                {
                    samples[i] = MuLaw[bytes[i]];
                }

                return -1;
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null);
        }
    }

    /// <summary>A sample of 16 bits of ITU-T G.711's A-law: a sign, three bits of exponent, four of mantissa; each other bit is inverted.</summary>
    private static int DecodeALaw(byte code)
    {
        int value = code ^ 0x55;
        int exponent = (value >> 4) & 7;
        int magnitude = ((value & 15) << 4) + 8;
        magnitude = exponent == 0 ? magnitude : (magnitude + 256) << (exponent - 1);
        return (value & 0x80) != 0 ? magnitude : -magnitude;
    }

    /// <summary>A sample of 16 bits of ITU-T G.711's µ-law: a sign, three bits of exponent, four of mantissa, all inverted.</summary>
    private static int DecodeMuLaw(byte code)
    {
        int value = ~code & 0xFF;
        int magnitude = (((((value & 15) << 3) + 132) << ((value >> 4) & 7)) - 132);
        return (value & 0x80) != 0 ? -magnitude : magnitude;
    }
}
