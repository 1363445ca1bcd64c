namespace KernelGen.Audio;

/// <summary>Decodes subframes: one channel of a frame each (RFC 9639, section 9.2).</summary>
internal static class FlacSubframe
{
    private const int MostCoefficients = 32;

    // Residuals are 32-bit numbers, without the least of them.
    private const ulong MostFoldedResidual = (1UL << 32) - 2;

    /// <summary>Decodes a subframe.</summary>
    /// <param name="reader">Stands where it begins.</param>
    /// <param name="bits">The bits of a sample.</param>
    /// <param name="samples">Receives the samples.</param>
    /// <exception cref="FlacFrameException">It is damaged, or the file ends before it does.</exception>
    public static void Decode(FlacBitReader reader, int bits, Span<long> samples)
    {
        int header = (int)reader.ReadBits(8);
        int kind = header >> 1;
        if (kind > 63)
        {
            throw new FlacFrameException("has a subframe that begins with a one; expected a zero");
        }

        int wastedBits = 0;
        if ((header & 1) != 0)
        {
            long zeros = reader.ReadZeros();
            wastedBits = zeros + 1 < bits ? (int)zeros + 1 : throw new FlacFrameException($"has a subframe that wastes {zeros + 1} of the {bits} bits of a sample");
            bits -= wastedBits;
        }

        switch (kind)
        {
            case 0:
                samples.Fill(reader.ReadSignedBits(bits));
                break;
            case 1:
                ReadSamples(reader, bits, samples);
                break;
            case >= 8 and <= 12:
                DecodeFixed(reader, bits, kind - 8, samples);
                break;
            case >= 32:
                DecodeLinear(reader, bits, kind - 31, samples);
                break;
            default:
                throw new FlacFrameException($"has a subframe of the kind {kind}, which there is not");
        }

        if (wastedBits > 0)
        {
            foreach (ref long sample in samples)
            {
                sample <<= wastedBits;
            }
        }
    }

    private static void ReadSamples(FlacBitReader reader, int bits, Span<long> samples)
    {
        foreach (ref long sample in samples)
        {
            sample = reader.ReadSignedBits(bits);
        }
    }

    /// <summary>Prediction by a polynomial through the last samples, as many as its order (section 9.2.5).</summary>
    private static void DecodeFixed(FlacBitReader reader, int bits, int order, Span<long> samples)
    {
        CheckOrder(order, samples.Length);
        ReadSamples(reader, bits, samples[..order]);
        ReadResiduals(reader, order, samples);
        long least = -1L << (bits - 1);
        for (int i = order; i < samples.Length; i++)
        {
            ReadOnlySpan<long> before = samples.Slice(i - order, order);
            long prediction = order switch
            {
                0 => 0,
                1 => before[0],
                2 => (2 * before[1]) - before[0],
                3 => (3 * before[2]) - (3 * before[1]) + before[0],
                _ => (4 * before[3]) - (6 * before[2]) + (4 * before[1]) - before[0],
            };
            samples[i] = InRange(samples[i] + prediction, least);
        }
    }

    /// <summary>Prediction by a linear combination of the last samples, as many as its order (section 9.2.6).</summary>
    private static void DecodeLinear(FlacBitReader reader, int bits, int order, Span<long> samples)
    {
        CheckOrder(order, samples.Length);
        ReadSamples(reader, bits, samples[..order]);
        int precision = (int)reader.ReadBits(4) + 1;
        long shift = reader.ReadSignedBits(5);
        if (precision == 16 || shift < 0)
        {
            throw new FlacFrameException($"has a subframe whose coefficients have {(precision == 16 ? "no precision" : $"a shift of {shift}; expected 0 to 15")}");
        }

        // The first belongs to the sample that is just before: reversed, they lie as samples do.
        Span<long> coefficients = stackalloc long[MostCoefficients];
        coefficients = coefficients[..order];
        for (int i = order - 1; i >= 0; i--)
        {
            coefficients[i] = reader.ReadSignedBits(precision);
        }

        ReadResiduals(reader, order, samples);

        // Samples have at most 33 bits and coefficients 15: sums of 32 products stay far below 63.
        long least = -1L << (bits - 1);
        for (int i = order; i < samples.Length; i++)
        {
            ReadOnlySpan<long> before = samples.Slice(i - order, order);
            long sum = 0;
            for (int j = 0; j < before.Length; j++)
            {
                sum += coefficients[j] * before[j];
            }

            samples[i] = InRange(samples[i] + (sum >> (int)shift), least);
        }
    }

    /// <summary>Residuals: Rice codes in partitions (section 9.2.7). They are put where the samples come.</summary>
    private static void ReadResiduals(FlacBitReader reader, int order, Span<long> samples)
    {
        int method = (int)reader.ReadBits(2);
        if (method > 1)
        {
            throw new FlacFrameException($"has residuals of the method {method}; expected 0 or 1");
        }

        int parameterBits = method == 0 ? 4 : 5;
        int escape = (1 << parameterBits) - 1;
        int partitionOrder = (int)reader.ReadBits(4);
        int length = samples.Length >> partitionOrder;
        if (length << partitionOrder != samples.Length || length < order)
        {
            throw new FlacFrameException($"has {1 << partitionOrder} partitions of {samples.Length} samples, of which {order} have no residual");
        }

        for (int start = 0; start < samples.Length; start += length)
        {
            Span<long> residuals = samples[(start == 0 ? order : start)..(start + length)];
            int parameter = (int)reader.ReadBits(parameterBits);
            if (parameter == escape)
            {
                int bits = (int)reader.ReadBits(5);
                if (bits == 0)
                {
                    residuals.Clear();
                }
                else
                {
                    ReadSamples(reader, bits, residuals);
                }

                continue;
            }

            foreach (ref long residual in residuals)
            {
                // The lowest bit is the sign.
                ulong folded = ((ulong)reader.ReadZeros() << parameter) | reader.ReadBits(parameter);
                if (folded > MostFoldedResidual)
                {
                    throw new FlacFrameException("has a residual of more than 32 bits");
                }

                residual = (long)(folded >> 1) ^ -(long)(folded & 1);
            }
        }
    }

    private static void CheckOrder(int order, int length)
    {
        if (order > length)
        {
            throw new FlacFrameException($"has {length} samples, of which {order} are to predict the others");
        }
    }

    private static long InRange(long sample, long least) =>
        sample >= least && sample < -least ? sample : throw new FlacFrameException($"has a sample of {sample}; expected {least} to {-least - 1}");
}
