namespace KernelGen.Audio;

/// <summary>The header of a frame (RFC 9639, section 9.1).</summary>
/// <param name="HasVariableBlocks">Whether <paramref name="Number"/> counts samples; otherwise it counts frames.</param>
/// <param name="BlockLength">Samples of each channel.</param>
/// <param name="SampleRate">Samples in a second; 0 where the frame leaves it to the file.</param>
/// <param name="ChannelCount">How many channels there are.</param>
/// <param name="Channels">What the subframes hold.</param>
/// <param name="Bits">The bits of a sample; 0 where the frame leaves them to the file.</param>
/// <param name="Number">Which frame it is, or with which sample it begins.</param>
/// <param name="Length">The bytes of the header, with its checksum.</param>
internal readonly record struct FlacFrameHeader(bool HasVariableBlocks, int BlockLength, int SampleRate, int ChannelCount, FlacChannels Channels, int Bits, long Number, int Length)
{
    /// <summary>The most bytes that a header has.</summary>
    public const int MostBytes = 16;

    private static ReadOnlySpan<int> SampleRates => [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

    private static ReadOnlySpan<byte> BitCounts => [0, 8, 12, 0, 16, 20, 24, 32];

    /// <summary>Whether a frame begins here: fourteen ones, a zero, a zero.</summary>
    public static bool IsStart(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && bytes[0] == 0xFF && (bytes[1] & 0xFE) == 0xF8;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">The bytes from where it starts on: <see cref="MostBytes"/>, or all that are left.</param>
    /// <exception cref="FlacFrameException">It is damaged, or the file ends before it does.</exception>
    public static FlacFrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        int next = 4;
        long number = ReadNumber(bytes, ref next);
        int blockCode = bytes[2] >> 4;
        int rateCode = bytes[2] & 15;
        int channelCode = bytes[3] >> 4;
        int bitsCode = (bytes[3] >> 1) & 7;
        int blockLength = blockCode switch
        {
            0 => 0,
            1 => 192,
            <= 5 => 144 << blockCode,
            6 => ReadInteger(bytes, ref next, 1) + 1,
            7 => ReadInteger(bytes, ref next, 2) + 1,
            _ => 1 << blockCode,
        };
        int sampleRate = rateCode switch
        {
            12 => ReadInteger(bytes, ref next, 1) * 1000,
            13 => ReadInteger(bytes, ref next, 2),
            14 => ReadInteger(bytes, ref next, 2) * 10,
            15 => -1,
            _ => SampleRates[rateCode],
        };
        int checksum = FlacChecksums.OfHeader(bytes[..next]);
        int written = ReadInteger(bytes, ref next, 1);
        if (checksum != written)
        {
            throw new FlacFrameException($"has a header with the checksum 0x{written:X2}; expected 0x{checksum:X2}");
        }

        if (blockLength == 0 || sampleRate < 0 || channelCode > 10 || bitsCode == 3 || (bytes[3] & 1) != 0)
        {
            throw new FlacFrameException("has a header with values that mean nothing");
        }

        return new FlacFrameHeader(
            (bytes[1] & 1) != 0,
            blockLength,
            sampleRate,
            channelCode < 8 ? channelCode + 1 : 2,
            channelCode < 8 ? FlacChannels.Independent : (FlacChannels)(channelCode - 7),
            BitCounts[bitsCode],
            number,
            next);
    }

    /// <summary>A number of up to 36 bits, written as UTF-8 writes characters.</summary>
    private static long ReadNumber(ReadOnlySpan<byte> bytes, ref int next)
    {
        int first = ReadInteger(bytes, ref next, 1);
        int length = System.Numerics.BitOperations.LeadingZeroCount(~((uint)first << 24));
        if (length == 0)
        {
            return first;
        }

        if (length is 1 or 8)
        {
            throw new FlacFrameException("has a header without a number");
        }

        long number = first & (0x7F >> length);
        for (int i = 1; i < length; i++)
        {
            int part = ReadInteger(bytes, ref next, 1);
            if ((part & 0xC0) != 0x80)
            {
                throw new FlacFrameException("has a header without a number");
            }

            number = (number << 6) | (uint)(part & 0x3F);
        }

        return number;
    }

    private static int ReadInteger(ReadOnlySpan<byte> bytes, ref int next, int length)
    {
        int value = 0;
        for (int i = 0; i < length; i++)
        {
            value = next < bytes.Length ? (value << 8) | bytes[next++] : throw FlacFrameException.End();
        }

        return value;
    }
}
