namespace KernelGen.Audio;

/// <summary>
/// How much each token of a text looks at each position of a window, averaged over heads: each head's probabilities over the positions that belong to the sound, as deviations from the mean
/// over tokens in units of the standard deviation, smoothed along time.
/// </summary>
/// <param name="tokens">The number of tokens.</param>
/// <param name="positions">How many positions belong to the sound, at least one.</param>
internal sealed class AttentionMatrix(int tokens, int positions)
{
    private readonly float[] _sums = new float[tokens * positions];
    private readonly float[] _head = new float[tokens * positions];
    private readonly float[] _filtered = new float[positions];
    private int _heads;

    /// <summary>Adds heads.</summary>
    /// <param name="attention">Probabilities, <c>[heads, tokens, all positions]</c>.</param>
    /// <param name="heads">The number of heads.</param>
    public void Add(ReadOnlySpan<float> attention, int heads)
    {
        int allPositions = attention.Length / (heads * tokens);
        for (int head = 0; head < heads; head++)
        {
            for (int token = 0; token < tokens; token++)
            {
                Renormalize(attention.Slice(((head * tokens) + token) * allPositions, positions), Row(token));
            }

            Standardize();
            for (int token = 0; token < tokens; token++)
            {
                MedianFilter.Apply(Row(token), _filtered);
                for (int position = 0; position < positions; position++)
                {
                    _sums[(token * positions) + position] += _filtered[position];
                }
            }
        }

        _heads += heads;
    }

    /// <summary>The mean over the heads, <c>[tokens, positions]</c>.</summary>
    public float[] Mean() => Array.ConvertAll(_sums, sum => sum / _heads);

    /// <summary>Probabilities among some of the positions. A token that looks at none of them looks at all alike.</summary>
    private static void Renormalize(ReadOnlySpan<float> probabilities, Span<float> renormalized)
    {
        double sum = 0;
        foreach (float probability in probabilities)
        {
            sum += probability;
        }

        for (int i = 0; i < probabilities.Length; i++)
        {
            renormalized[i] = sum > 0 ? (float)(probabilities[i] / sum) : 1f / probabilities.Length;
        }
    }

    /// <summary>Takes the mean over tokens from each position, and divides by the standard deviation. Where all tokens look alike, none deviates.</summary>
    private void Standardize()
    {
        for (int position = 0; position < positions; position++)
        {
            double sum = 0;
            for (int token = 0; token < tokens; token++)
            {
                sum += _head[(token * positions) + position];
            }

            double mean = sum / tokens;
            double squares = 0;
            for (int token = 0; token < tokens; token++)
            {
                double deviation = _head[(token * positions) + position] - mean;
                squares += deviation * deviation;
            }

            double deviations = Math.Sqrt(squares / tokens);
            for (int token = 0; token < tokens; token++)
            {
                ref float value = ref _head[(token * positions) + position];
                value = deviations > 0 ? (float)((value - mean) / deviations) : 0;
            }
        }
    }

    private Span<float> Row(int token) => _head.AsSpan(token * positions, positions);
}
