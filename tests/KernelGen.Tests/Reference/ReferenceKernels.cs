namespace KernelGen.Tests.Reference;

/// <summary>
/// Every kernel for one row, in plain scalar single precision and with exactly the order of operations that the kernels promise. No padding, no
/// panels, no tiles: whatever a generated kernel does with those must not show in its bits.
/// </summary>
internal static class ReferenceKernels
{
    private const int Lanes = 16;

    /// <summary><c>embedding · scale + position</c>; positions may be empty.</summary>
    public static float[] Embed(ReadOnlySpan<float> embedding, float scale, ReadOnlySpan<float> position)
    {
        float[] output = new float[embedding.Length];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = position.IsEmpty ? embedding[i] * scale : MathF.FusedMultiplyAdd(embedding[i], scale, position[i]);
        }

        return output;
    }

    /// <summary><c>input · Wᵀ + bias</c>, W being [output, input]: one chain of fused multiply-adds for each output, which begins with the bias.</summary>
    public static float[] Linear(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        float[] output = new float[bias.Length];
        for (int column = 0; column < output.Length; column++)
        {
            ReadOnlySpan<float> weightRow = weights.Slice(column * input.Length, input.Length);
            float sum = bias[column];
            for (int k = 0; k < input.Length; k++)
            {
                sum = MathF.FusedMultiplyAdd(input[k], weightRow[k], sum);
            }

            output[column] = sum;
        }

        return output;
    }

    /// <summary><c>input · Wᵀ + bias</c> in integers, weights in 8 bits: an exact sum for each output, scaled once.</summary>
    public static float[] LinearInt8(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int inputBits, bool hasMultipliers = false)
    {
        (int[] quantized, float scale) = hasMultipliers ? QuantizeInputByEights(input) : QuantizeInput(input, inputBits);
        float[] output = new float[bias.Length];
        for (int column = 0; column < output.Length; column++)
        {
            (int[] weightRow, float weightScale) = QuantizeWeights(weights.Slice(column * input.Length, input.Length), inputBits);
            int sum = 0;
            for (int k = 0; k < input.Length; k++)
            {
                sum += quantized[k] * weightRow[k];
            }

            output[column] = MathF.FusedMultiplyAdd(sum, weightScale * scale, bias[column]);
        }

        return output;
    }

    /// <summary>A linear layer with 4-bit weights: an exact sum for each group of 32 inputs, and a chain of fused multiply-adds with their scales; then the row's scale.</summary>
    public static float[] LinearInt4(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        const int Group = 32;
        (int[] quantized, float scale) = QuantizeInput(input, 8);
        float[] output = new float[bias.Length];
        for (int column = 0; column < output.Length; column++)
        {
            float sum = 0;
            for (int first = 0; first < input.Length; first += Group)
            {
                int count = Math.Min(Group, input.Length - first);
                (int[] group, float groupScale) = QuantizeFourBits(weights.Slice((column * input.Length) + first, count));
                int products = 0;
                for (int k = 0; k < count; k++)
                {
                    products += quantized[first + k] * group[k];
                }

                sum = MathF.FusedMultiplyAdd(products, groupScale, sum);
            }

            output[column] = MathF.FusedMultiplyAdd(sum, scale, bias[column]);
        }

        return output;
    }

    /// <summary>
    /// Weights of a group in whole multiples, from -8 to 7, of a scale that is a bfloat16 number: that of the largest magnitude is about -8, whatever its sign. A plain choice: what packing chooses
    /// is better, and kernels do not know.
    /// </summary>
    public static (int[] Quantized, float Scale) QuantizeFourBits(ReadOnlySpan<float> weights)
    {
        float extreme = 0;
        foreach (float weight in weights)
        {
            extreme = MathF.Abs(weight) > MathF.Abs(extreme) ? weight : extreme;
        }

        float scale = MathF.Abs(extreme) > 1e-30f ? RoundToBFloat16(extreme / -8) : 0;
        int[] quantized = new int[weights.Length];
        for (int i = 0; i < quantized.Length; i++)
        {
            quantized[i] = scale == 0 ? 0 : (int)Math.Clamp(MathF.Round(weights[i] / scale), -8, 7);
        }

        return (quantized, scale);
    }

    /// <summary>
    /// The same from the upper four of the seven bits of each weight alone: with 64 more than a weight being <c>8·h + l</c>, h counts 8 times, and 3.5 stands
    /// for l.
    /// </summary>
    public static float[] LinearUpperBits(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        (int[] quantized, float scale) = QuantizeInput(input, 8);
        float[] output = new float[bias.Length];
        for (int column = 0; column < output.Length; column++)
        {
            (int[] weightRow, float weightScale) = QuantizeWeights(weights.Slice(column * input.Length, input.Length), 8);
            int sum = BeginOfUpperBits(quantized);
            for (int k = 0; k < input.Length; k++)
            {
                sum += quantized[k] * ((weightRow[k] + 64) / 8);
            }

            output[column] = MathF.FusedMultiplyAdd(sum, 8 * weightScale * scale, bias[column]);
        }

        return output;
    }

    /// <summary>What 64 and 3.5 are in eighths, <c>-60.5/8</c>, times the sum of the inputs, rounded to a whole number.</summary>
    public static int BeginOfUpperBits(ReadOnlySpan<int> quantized)
    {
        double sum = 0;
        foreach (int value in quantized)
        {
            sum += value;
        }

        return -(int)Math.Floor((60.5 / 8 * sum) + 0.5);
    }

    /// <summary>
    /// A row of inputs in whole multiples of a scale; a row of next to nothing as zeros. In 8 bits the scale is such that no magnitude is above 127, and no
    /// four neighbours by turns (0, 1, 4, 5 and 2, 3, 6, 7 of each eight) together above 256 before they are rounded.
    /// </summary>
    public static (int[] Quantized, float Scale) QuantizeInput(ReadOnlySpan<float> input, int inputBits)
    {
        if (inputBits != 8)
        {
            return Quantize(input, Highest(input) / 2047);
        }

        return Quantize(input, ScaleOfBytes(input));
    }

    /// <summary>
    /// A row of inputs in whole multiples of a scale, where a few inputs may be many times as large as all others: each eight inputs are multiples of the least
    /// multiple of the scale for which they are in bounds. The scale is such that none is above 256 times it, or less where the sum of so many products would
    /// not fit in 32 bits.
    /// </summary>
    public static (int[] Quantized, float Scale) QuantizeInputByEights(ReadOnlySpan<float> input)
    {
        int[] quantized = new int[input.Length];
        if (Highest(input) <= 1e-34f)
        {
            return (quantized, 0);
        }

        int largest = Math.Min(256, 524_288 / input.Length);
        float scale = ScaleOfBytes(input) / largest;
        float inverse = 1 / scale;
        for (int i = 0; i < input.Length; i += 8)
        {
            ReadOnlySpan<float> eight = input.Slice(i, Math.Min(8, input.Length - i));
            float bound = MathF.Max(Highest(eight), LargestQuarter(eight) * (127f / 64)) * (inverse * (1f / 127));
            float multiplier = Math.Clamp(MathF.Ceiling(bound), 1, largest);
            int[] multiples = Multiples(eight, inverse / multiplier);
            for (int j = 0; j < multiples.Length; j++)
            {
                quantized[i + j] = (int)multiplier * multiples[j];
            }
        }

        return (quantized, scale);
    }

    /// <summary>The least scale for which every eight inputs are in bounds.</summary>
    private static float ScaleOfBytes(ReadOnlySpan<float> input)
    {
        float scale = Highest(input) / 127;
        for (int i = 0; i < input.Length; i += 8)
        {
            scale = MathF.Max(scale, LargestQuarter(input.Slice(i, Math.Min(8, input.Length - i))) / 64);
        }

        return scale;
    }

    /// <summary>A quarter of the sum of magnitudes 0, 1, 4, 5 of up to eight, or of the others.</summary>
    private static float LargestQuarter(ReadOnlySpan<float> eight)
    {
        Span<float> quarters = stackalloc float[8];
        for (int i = 0; i < eight.Length; i++)
        {
            quarters[i] = MathF.Abs(eight[i]) * 0.25f;
        }

        return MathF.Max(quarters[0] + quarters[1] + (quarters[4] + quarters[5]), quarters[2] + quarters[3] + (quarters[6] + quarters[7]));
    }

    /// <summary>The weights of an output as multiples of a fraction of their largest magnitude: in 7 bits with inputs of 8, in 8 with inputs of 12.</summary>
    public static (int[] Quantized, float Scale) QuantizeWeights(ReadOnlySpan<float> weights, int inputBits)
    {
        int largest = inputBits == 8 ? 63 : 127;
        float highest = Highest(weights);
        return highest <= 1e-34f ? (new int[weights.Length], 0) : (Multiples(weights, largest / highest), highest / largest);
    }

    /// <summary>The nearest bfloat16, of two equally near ones the even one.</summary>
    public static float RoundToBFloat16(float value)
    {
        double below = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);
        double above = BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000) + 0x10000);
        double toBelow = Math.Abs(value - below), toAbove = Math.Abs(above - value);
        bool isEvenBelow = (BitConverter.SingleToUInt32Bits((float)below) & 0x10000) == 0;
        return (float)(toBelow < toAbove || (toBelow == toAbove && isEvenBelow) ? below : above);
    }

    private static (int[] Quantized, float Scale) Quantize(ReadOnlySpan<float> values, float scale) =>
        Highest(values) <= 1e-34f ? (new int[values.Length], 0) : (Multiples(values, 1 / scale), scale);

    private static float Highest(ReadOnlySpan<float> values)
    {
        float highest = 0;
        foreach (float value in values)
        {
            highest = MathF.Max(highest, MathF.Abs(value));
        }

        return highest;
    }

    private static int[] Multiples(ReadOnlySpan<float> values, float inverse)
    {
        int[] quantized = new int[values.Length];
        for (int i = 0; i < quantized.Length; i++)
        {
            quantized[i] = (int)MathF.Round(values[i] * inverse, MidpointRounding.ToEven);
        }

        return quantized;
    }

    /// <summary><c>residual + sums</c>.</summary>
    public static float[] AddResidual(ReadOnlySpan<float> residual, ReadOnlySpan<float> sums)
    {
        float[] output = new float[sums.Length];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = residual[i] + sums[i];
        }

        return output;
    }

    /// <summary>The activation of each element.</summary>
    public static float[] Activate(Activation activation, float[] values) => Array.ConvertAll(values, x => ScalarMath.Activate(activation, x));

    /// <summary><c>(x - mean) / √(variance + ε) · γ + β</c>.</summary>
    public static float[] LayerNorm(ReadOnlySpan<float> input, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, float epsilon)
    {
        Span<float> sums = stackalloc float[Lanes];
        for (int i = 0; i < input.Length; i++)
        {
            sums[i % Lanes] += input[i];
        }

        float mean = ScalarMath.SumOfLanes(sums) / input.Length;
        Span<float> squares = stackalloc float[Lanes];
        for (int i = 0; i < input.Length; i++)
        {
            float difference = input[i] - mean;
            squares[i % Lanes] = MathF.FusedMultiplyAdd(difference, difference, squares[i % Lanes]);
        }

        float variance = ScalarMath.SumOfLanes(squares) / input.Length;
        float inverse = 1f / MathF.Sqrt(variance + epsilon);
        float[] output = new float[input.Length];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = MathF.FusedMultiplyAdd((input[i] - mean) * inverse, gamma[i], beta[i]);
        }

        return output;
    }

    /// <summary><c>x / √(mean(x²) + ε) · γ</c>.</summary>
    public static float[] RootMeanSquareNorm(ReadOnlySpan<float> input, ReadOnlySpan<float> gamma, float epsilon)
    {
        Span<float> squares = stackalloc float[Lanes];
        for (int i = 0; i < input.Length; i++)
        {
            squares[i % Lanes] = MathF.FusedMultiplyAdd(input[i], input[i], squares[i % Lanes]);
        }

        float inverse = 1f / MathF.Sqrt((ScalarMath.SumOfLanes(squares) / input.Length) + epsilon);
        float[] output = new float[input.Length];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = input[i] * inverse * gamma[i];
        }

        return output;
    }

    /// <summary>The middle of a gated feed-forward block.</summary>
    public static float[] Gate(Activation activation, ReadOnlySpan<float> gate, ReadOnlySpan<float> values)
    {
        float[] output = new float[values.Length];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = ScalarMath.Activate(activation, gate[i]) * values[i];
        }

        return output;
    }

    /// <summary>
    /// One query of one head over the positions that it sees; <paramref name="keys"/> and <paramref name="values"/> hold a row for each, and the bias, where there
    /// is one, a number, which is added to the score before all of it is scaled.
    /// </summary>
    public static float[] Attention(ReadOnlySpan<float> query, IReadOnlyList<float[]> keys, IReadOnlyList<float[]> values, float scale, float[]? bias = null)
    {
        float[] scores = Scores(query, keys, bias);
        float sum = Exponentials(scores, scale);
        float[] output = new float[query.Length];
        for (int i = 0; i < output.Length; i++)
        {
            for (int position = 0; position < scores.Length; position++)
            {
                output[i] = MathF.FusedMultiplyAdd(scores[position], values[position][i], output[i]);
            }

            output[i] *= 1f / sum;
        }

        return output;
    }

    /// <summary>What <see cref="Attention"/> weighs the values with.</summary>
    public static float[] AttentionWeights(ReadOnlySpan<float> query, IReadOnlyList<float[]> keys, float scale) => Softmax(Scores(query, keys, bias: null), scale);

    private static float[] Scores(ReadOnlySpan<float> query, IReadOnlyList<float[]> keys, float[]? bias)
    {
        float[] scores = new float[keys.Count];
        for (int position = 0; position < scores.Length; position++)
        {
            for (int i = 0; i < query.Length; i++)
            {
                scores[position] = MathF.FusedMultiplyAdd(query[i], keys[position][i], scores[position]);
            }

            if (bias is not null)
            {
                scores[position] += bias[position];
            }
        }

        return scores;
    }

    /// <summary><c>softmax(scale · scores)</c>; zeros where every score is minus infinity.</summary>
    public static float[] Softmax(ReadOnlySpan<float> scores, float scale)
    {
        float[] output = scores.ToArray();
        float sum = Exponentials(output, scale);
        float inverse = sum == 0f ? 0f : 1f / sum;
        for (int i = 0; i < output.Length; i++)
        {
            output[i] *= inverse;
        }

        return output;
    }

    /// <summary>The scores of the row at a position with those of later keys at minus infinity.</summary>
    public static float[] MaskCausal(ReadOnlySpan<float> scores, int position)
    {
        float[] output = scores.ToArray();
        for (int key = position + 1; key < output.Length; key++)
        {
            output[key] = float.NegativeInfinity;
        }

        return output;
    }

    /// <summary>The lowest index of the highest logit.</summary>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    /// <summary>The indices of the highest logits above minus infinity: the best first, of equal ones the lowest first.</summary>
    public static int[] TopK(float[] logits, int count) =>
    [
        .. Enumerable.Range(0, logits.Length)
            .Where(i => logits[i] > float.NegativeInfinity)
            .OrderByDescending(i => logits[i])
            .ThenBy(static i => i)
            .Take(count),
    ];

    /// <summary>The highest logit, and the sum of <c>exp(logit - maximum)</c>.</summary>
    public static (float Maximum, float Sum) SumOfExponentials(ReadOnlySpan<float> logits)
    {
        float maximum = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            maximum = logit > maximum ? logit : maximum;
        }

        Span<float> sums = stackalloc float[Lanes];
        for (int i = 0; i < logits.Length; i++)
        {
            sums[i % Lanes] += ScalarMath.Exponential2((logits[i] - maximum) * ScalarMath.Log2E);
        }

        return (maximum, ScalarMath.SumOfLanes(sums));
    }

    /// <summary>Replaces scores by <c>exp(scale · (score - maximum))</c>, computed as a power of 2, and returns their sum.</summary>
    private static float Exponentials(Span<float> scores, float scale)
    {
        float base2Scale = (float)((double)scale * 1.4426950408889634);
        float maximum = float.NegativeInfinity;
        foreach (float score in scores)
        {
            maximum = score > maximum ? score : maximum;
        }

        float shift = float.IsNegativeInfinity(maximum) ? 0f : maximum;
        Span<float> sums = stackalloc float[Lanes];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = ScalarMath.Exponential2((scores[i] - shift) * base2Scale);
            sums[i % Lanes] += scores[i];
        }

        return ScalarMath.SumOfLanes(sums);
    }
}
