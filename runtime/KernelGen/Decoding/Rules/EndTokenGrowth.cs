namespace KernelGen.Decoding;

/// <summary>Draws a target to its end, the more the longer it is, or keeps it from it (<see cref="ExponentialLengthPenalty"/>).</summary>
internal static class EndTokenGrowth
{
    /// <summary>Adds <c>|logit| · (factor^steps - 1)</c> to the logit of each end token. What is forbidden stays so; what would not be finite becomes the largest number.</summary>
    /// <param name="logits">The logits, or log-probabilities, of the vocabulary.</param>
    /// <param name="endTokens">The end tokens.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="steps">How many tokens the target has beyond the start of the penalty; at least 1.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> endTokens, double factor, int steps)
    {
        double growth = Power(factor, steps) - 1;
        for (int i = 0; i < endTokens.Length; i++)
        {
            int token = endTokens[i];
            float logit = logits[token];
            if (float.IsFinite(logit) && logit != 0 && !endTokens[..i].Contains(token))
            {
                logits[token] = (float)Math.Clamp(logit + (Math.Abs((double)logit) * growth), float.MinValue, float.MaxValue);
            }
        }
    }

    /// <summary>A whole power by multiplications alone, which have the same bits on every platform.</summary>
    private static double Power(double factor, int exponent)
    {
        double power = 1;
        for (double square = factor; exponent > 0; exponent >>= 1, square *= square)
        {
            power *= (exponent & 1) == 1 ? square : 1;
        }

        return power;
    }
}
