using System.Numerics;

namespace KernelGen.Tests.Reference;

/// <summary>Sampling written as it is defined, by sorting: the exact distribution, and the token that a random number falls on.</summary>
internal static class ReferenceSampler
{
    /// <summary>The probability of each token in double precision.</summary>
    public static double[] Probabilities(ReadOnlySpan<float> logits, SamplingOptions options)
    {
        double[] scaled = [.. logits.ToArray().Select(logit => logit / options.Temperature)];
        double limit = options.TopK > 0 && options.TopK < scaled.Length ? scaled.OrderDescending().ElementAt(options.TopK - 1) : double.NegativeInfinity;
        double maximum = scaled.Max();
        double[] kept = Normalize([.. scaled.Select(logit => logit < limit ? 0 : Math.Exp(logit - maximum))]);
        double sum = 0;
        foreach (int token in Enumerable.Range(0, kept.Length).OrderByDescending(token => kept[token]).ThenBy(static token => token).ToArray())
        {
            double probability = kept[token];
            kept[token] = options.TopP < 1 && sum >= options.TopP ? 0 : probability;
            sum += probability;
        }

        double highest = kept.Max();
        return Normalize([.. kept.Select(probability => probability < options.MinP * highest ? 0 : probability)]);
    }

    /// <summary>The token that a random number falls on, with the bits of the runtime's probabilities.</summary>
    public static int Draw(ReadOnlySpan<float> logits, SamplingOptions options, ulong random)
    {
        float[] kept = logits.ToArray();
        if (options.TopK > 0 && options.TopK < kept.Length)
        {
            float limit = kept.OrderDescending().ElementAt(options.TopK - 1);
            kept = [.. kept.Select(logit => logit < limit ? float.NegativeInfinity : logit)];
        }

        return DrawFrom(ReferenceKernels.Softmax(kept, (float)(1 / options.Temperature)), options.TopP, options.MinP, random);
    }

    /// <summary>The place that a random number falls on among those that top-p and min-p keep.</summary>
    public static int DrawFrom(float[] probabilities, double topP, double minP, ulong random)
    {
        long[] weights = [.. probabilities.Select(static probability => (long)Math.Round(probability * Math.Pow(2, 48), MidpointRounding.ToEven))];
        long total = weights.Sum();
        long target = Math.Clamp((long)Math.Ceiling(topP * total), 1, total);
        float limit = (float)(minP * probabilities.Max());
        long sum = 0;
        foreach (int place in Enumerable.Range(0, weights.Length).OrderByDescending(place => probabilities[place]).ThenBy(static place => place))
        {
            long weight = weights[place];
            if (sum >= target || probabilities[place] < limit)
            {
                weights[place] = 0;
            }

            sum += weight;
        }

        var rest = (long)((BigInteger)random * weights.Sum() >> 64);
        int drawn = 0;
        while (rest >= weights[drawn])
        {
            rest -= weights[drawn++];
        }

        return drawn;
    }

    private static double[] Normalize(double[] values)
    {
        double sum = values.Sum();
        return [.. values.Select(value => value / sum)];
    }
}
