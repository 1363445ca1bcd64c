namespace KernelGen.Audio.Tests;

/// <summary>Writes FLAC files that use all of the format, as a random number generator decides; written from RFC 9639 alone.</summary>
internal sealed class FlacBuilder
{
    private readonly Random _random;
    private readonly int _channels;
    private readonly int _bits;
    private readonly int _sampleRate;
    private readonly bool _hasVariableBlocks;
    private readonly List<byte> _frames = [];
    private readonly List<long[]> _samples = [];
    private long _count;
    private int _frameCount;

    public FlacBuilder(int seed, int channels, int bits, int sampleRate = 16_000, bool hasVariableBlocks = false)
    {
        _random = new Random(seed);
        _channels = channels;
        _bits = bits;
        _sampleRate = sampleRate;
        _hasVariableBlocks = hasVariableBlocks;
    }

    /// <summary>What was written, [frames][channels].</summary>
    public IReadOnlyList<long[]> Samples => _samples;

    /// <summary>Whether the file says how long it is.</summary>
    public bool SaysLength { get; set; } = true;

    /// <summary>Whether frames name rate and bits themselves.</summary>
    public bool NamesFormat { get; set; }

    /// <summary>Adds a frame of random kind with random samples.</summary>
    public FlacBuilder Add(int length)
    {
        long[][] channels = [.. Enumerable.Range(0, _channels).Select(_ => RandomSamples(length))];
        for (int i = 0; i < length; i++)
        {
            _samples.Add([.. channels.Select(channel => channel[i])]);
        }

        int kind = _channels == 2 ? _random.Next(4) : 0;
        long[][] subframes = kind switch
        {
            1 => [channels[0], Difference(channels)],
            2 => [Difference(channels), channels[1]],
            3 => [[.. channels[0].Zip(channels[1], static (left, right) => (left + right) >> 1)], Difference(channels)],
            _ => channels,
        };
        byte[] header = Header(length, kind == 0 ? _channels - 1 : 7 + kind);
        var frame = new BitWriter();
        Array.ForEach(header, value => frame.Write(value, 8));
        frame.Write(Checksum(header, 0x07, 8), 8);
        for (int i = 0; i < subframes.Length; i++)
        {
            bool isSide = (kind, i) is (1 or 3, 1) or (2, 0);
            WriteSubframe(frame, subframes[i], isSide ? _bits + 1 : _bits);
        }

        frame.Align();
        frame.Write(Checksum(frame.ToArray(), 0x8005, 16), 16);
        _frames.AddRange(frame.ToArray());
        _count += length;
        _frameCount++;
        return this;
    }

    public byte[] ToArray()
    {
        var file = new BitWriter();
        Array.ForEach("fLaC"u8.ToArray(), value => file.Write(value, 8));
        file.Write(0, 8);
        file.Write(34, 24);
        file.Write(16, 16);
        file.Write(65535, 16);
        file.Write(0, 48);
        file.Write(_sampleRate, 20);
        file.Write(_channels - 1, 3);
        file.Write(_bits - 1, 5);
        file.Write(SaysLength ? _count : 0, 36);
        file.Write(0, 64);
        file.Write(0, 64);

        // A block of a kind that nobody knows, the last.
        file.Write(0x80 | 100, 8);
        file.Write(3, 24);
        file.Write(0x123456, 24);
        return [.. file.ToArray(), .. _frames];
    }

    /// <summary>The remainder of a division of polynomials, bit by bit.</summary>
    private static int Checksum(byte[] bytes, int polynomial, int bits)
    {
        int rest = 0;
        foreach (byte value in bytes)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                int top = ((rest >> (bits - 1)) & 1) ^ ((value >> bit) & 1);
                rest = ((rest << 1) & ((1 << bits) - 1)) ^ (top * polynomial);
            }
        }

        return rest;
    }

    private static long[] Difference(long[][] channels) => [.. channels[0].Zip(channels[1], static (left, right) => left - right)];

    private long[] RandomSamples(int length)
    {
        // A constant, noise, the extremes, or a tone; sometimes in whole multiples of a power of two.
        long least = -1L << (_bits - 1);
        int zeros = _random.Next(3) == 0 ? _random.Next(_bits - 1) : 0;
        int kind = _random.Next(4);
        double frequency = _random.NextDouble();
        long constant = _random.NextInt64(least, -least);
        long loudness = 1L << _random.Next(_bits - 1);
        var samples = new long[length];
        for (int i = 0; i < length; i++)
        {
            long sample = kind switch
            {
                0 => constant,
                1 => _random.NextInt64(-loudness, loudness),
                2 => _random.Next(2) == 0 ? least : -least - 1,
                _ => (long)(loudness * 0.9 * Math.Sin(frequency * i)),
            };
            samples[i] = sample >> zeros << zeros;
        }

        return samples;
    }

    private byte[] Header(int length, int channelCode)
    {
        var header = new BitWriter();
        header.Write(0b111111111111100, 15);
        header.Write(_hasVariableBlocks ? 1 : 0, 1);
        (int lengthCode, int lengthBits) = length switch
        {
            192 => (1, 0),
            576 or 1152 or 2304 or 4608 => (int.Log2(length / 144), 0),
            >= 256 and <= 32768 when int.IsPow2(length) => (int.Log2(length), 0),
            <= 256 => (6, 8),
            _ => (7, 16),
        };
        header.Write(lengthCode, 4);
        (int rateCode, int rateBits, int rate) = !NamesFormat ? (0, 0, 0) : _sampleRate switch
        {
            16_000 => (5, 0, 0),
            44_100 => (9, 0, 0),
            _ when _sampleRate % 1000 == 0 && _sampleRate < 256_000 => (12, 8, _sampleRate / 1000),
            _ when _sampleRate < 65536 => (13, 16, _sampleRate),
            <= 655_350 => (14, 16, _sampleRate / 10),
            _ => (0, 0, 0),
        };
        header.Write(rateCode, 4);
        header.Write(channelCode, 4);
        header.Write(!NamesFormat ? 0 : _bits switch { 8 => 1, 12 => 2, 16 => 4, 20 => 5, 24 => 6, 32 => 7, _ => 0 }, 3);
        header.Write(0, 1);
        WriteNumber(header, _hasVariableBlocks ? _count : _frameCount);
        header.Write(length - 1, lengthBits);
        header.Write(rate, rateBits);
        return header.ToArray();
    }

    private static void WriteNumber(BitWriter writer, long number)
    {
        if (number < 128)
        {
            writer.Write(number, 8);
            return;
        }

        int more = 1;
        while (number >> ((5 * more) + 6) != 0)
        {
            more++;
        }

        writer.Write(((0xFF00L >> (more + 1)) & 0xFF) | (more < 6 ? number >> (6 * more) : 0), 8);
        for (int i = more - 1; i >= 0; i--)
        {
            writer.Write(0x80 | ((number >> (6 * i)) & 0x3F), 8);
        }
    }

    private void WriteSubframe(BitWriter writer, long[] samples, int bits)
    {
        int wasted = 0;
        while (wasted < bits - 1 && samples.All(sample => (sample >> wasted & 1) == 0))
        {
            wasted++;
        }

        wasted = _random.Next(4) == 0 ? 0 : wasted;
        long[] values = [.. samples.Select(sample => sample >> wasted)];
        bits -= wasted;
        int kind = _random.Next(4);
        if (values.All(value => value == values[0]) && _random.Next(3) > 0)
        {
            Begin(0);
            writer.Write(values[0], bits);
            return;
        }

        int order = kind == 1 ? _random.Next(5) : _random.Next(1, 33);
        int shift = _random.Next(16);
        int precision = _random.Next(1, 16);
        long[] coefficients = kind == 1
            ? order switch { 0 => [], 1 => [1], 2 => [2, -1], 3 => [3, -3, 1], _ => [4, -6, 4, -1] }
            : [.. Enumerable.Range(0, order).Select(_ => _random.NextInt64(-1L << (precision - 1), 1L << (precision - 1)))];
        long[]? residuals = kind is 1 or 2 && order <= values.Length ? Residuals(values, coefficients, kind == 1 ? 0 : shift) : null;
        if (residuals is null || residuals.Any(static residual => residual is <= int.MinValue or > int.MaxValue))
        {
            Begin(1);
            Array.ForEach(values, value => writer.Write(value, bits));
            return;
        }

        Begin(kind == 1 ? 8 + order : 31 + order);
        foreach (long value in values[..order])
        {
            writer.Write(value, bits);
        }

        if (kind == 2)
        {
            writer.Write(precision - 1, 4);
            writer.Write(shift, 5);
            Array.ForEach(coefficients, coefficient => writer.Write(coefficient, precision));
        }

        WriteResiduals(writer, residuals, order, values.Length);

        void Begin(int code)
        {
            writer.Write(0, 1);
            writer.Write(code, 6);
            writer.Write(wasted > 0 ? 1 : 0, 1);
            if (wasted > 0)
            {
                writer.WriteZeros(wasted - 1);
            }
        }
    }

    private static long[] Residuals(long[] values, long[] coefficients, int shift)
    {
        var residuals = new long[values.Length - coefficients.Length];
        for (int i = 0; i < residuals.Length; i++)
        {
            long sum = 0;
            for (int j = 0; j < coefficients.Length; j++)
            {
                sum += coefficients[j] * values[i + coefficients.Length - 1 - j];
            }

            residuals[i] = values[i + coefficients.Length] - (sum >> shift);
        }

        return residuals;
    }

    private void WriteResiduals(BitWriter writer, long[] residuals, int order, int length)
    {
        bool isLong = _random.Next(2) == 0 || residuals.Any(static residual => Fold(residual) >= 1 << 20);
        writer.Write(isLong ? 1 : 0, 2);
        int partitionOrder = _random.Next(9);
        while (length % (1 << partitionOrder) != 0 || length >> partitionOrder < Math.Max(order, 1))
        {
            partitionOrder--;
        }

        writer.Write(partitionOrder, 4);
        int next = 0;
        for (int partition = 0; partition < 1 << partitionOrder; partition++)
        {
            int count = (length >> partitionOrder) - (partition == 0 ? order : 0);
            long[] part = residuals[next..(next + count)];
            next += count;
            ulong most = part.Length == 0 ? 0 : part.Max(Fold);
            int bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(most);
            int parameterBits = isLong ? 5 : 4;
            int escape = (1 << parameterBits) - 1;
            if (_random.Next(3) == 0 && bits < 32)
            {
                // Numbers as they are, of so many bits.
                writer.Write(escape, parameterBits);
                writer.Write(bits, 5);
                Array.ForEach(part, residual => writer.Write(residual, bits));
                continue;
            }

            int parameter = Math.Clamp(bits - _random.Next(1, 8), 0, escape - 1);
            writer.Write(parameter, parameterBits);
            foreach (long residual in part)
            {
                writer.WriteZeros((long)(Fold(residual) >> parameter));
                writer.Write((long)Fold(residual), parameter);
            }
        }

        static ulong Fold(long residual) => (ulong)(residual << 1) ^ (ulong)(residual >> 63);
    }
}
