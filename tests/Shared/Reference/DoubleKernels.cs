namespace KernelGen.Tests.Reference;

/// <summary>The kernels as mathematics, in double precision and in whatever order is natural: the check on what is written in scalar steps of single precision.</summary>
internal static class DoubleKernels
{
    /// <summary>Single precision made double.</summary>
    public static double[] Widen(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }

    /// <summary><c>input · Wᵀ + bias</c>, W being [output, input].</summary>
    public static double[] Linear(double[] input, double[] weights, double[] bias)
    {
        double[] output = new double[bias.Length];
        for (int column = 0; column < output.Length; column++)
        {
            double sum = bias[column];
            for (int k = 0; k < input.Length; k++)
            {
                sum += input[k] * weights[(column * input.Length) + k];
            }

            output[column] = sum;
        }

        return output;
    }

    /// <summary><c>(x - mean) / √(variance + ε) · γ + β</c>.</summary>
    public static double[] LayerNorm(double[] input, double[] gamma, double[] beta, double epsilon)
    {
        double mean = input.Average();
        double variance = input.Average(x => (x - mean) * (x - mean));
        return [.. input.Select((x, i) => ((x - mean) / Math.Sqrt(variance + epsilon) * gamma[i]) + beta[i])];
    }

    /// <summary><c>x / √(mean(x²) + ε) · γ</c>.</summary>
    public static double[] RootMeanSquareNorm(double[] input, double[] gamma, double epsilon)
    {
        double root = Math.Sqrt(input.Average(static x => x * x) + epsilon);
        return [.. input.Select((x, i) => x / root * gamma[i])];
    }

    /// <summary><c>softmax(scale · q · Kᵀ + bias) · V</c> for one query of one head.</summary>
    /// <param name="query">The query.</param>
    /// <param name="keys">The keys that it sees.</param>
    /// <param name="values">Their values.</param>
    /// <param name="scale">What the products are multiplied with.</param>
    /// <param name="bias">A number for each key; nothing where there is none.</param>
    public static double[] Attention(
        ReadOnlySpan<double> query, IReadOnlyList<double[]> keys, IReadOnlyList<double[]> values, double scale, IReadOnlyList<double>? bias = null)
    {
        double[] weights = AttentionWeights(query, keys, scale, bias);
        double[] output = new double[query.Length];
        for (int i = 0; i < output.Length; i++)
        {
            for (int position = 0; position < weights.Length; position++)
            {
                output[i] += weights[position] * values[position][i];
            }
        }

        return output;
    }

    /// <summary>What <see cref="Attention"/> weighs the values with.</summary>
    public static double[] AttentionWeights(ReadOnlySpan<double> query, IReadOnlyList<double[]> keys, double scale, IReadOnlyList<double>? bias = null)
    {
        double[] scores = new double[keys.Count];
        for (int position = 0; position < scores.Length; position++)
        {
            for (int i = 0; i < query.Length; i++)
            {
                scores[position] += query[i] * keys[position][i];
            }

            scores[position] = (scale * scores[position]) + (bias?[position] ?? 0);
        }

        return Softmax(scores, scale: 1);
    }

    /// <summary><c>softmax(scale · scores)</c>; zeros where every score is minus infinity.</summary>
    public static double[] Softmax(double[] scores, double scale)
    {
        double maximum = scores.Max();
        double[] powers = [.. scores.Select(score => double.IsNegativeInfinity(score) ? 0 : Math.Exp(scale * (score - maximum)))];
        double sum = powers.Sum();
        return [.. powers.Select(power => sum == 0 ? 0 : power / sum)];
    }

    /// <summary>The logarithms of softmax.</summary>
    public static double[] LogSoftmax(double[] logits)
    {
        double maximum = logits.Max();
        double logSum = Math.Log(logits.Sum(logit => Math.Exp(logit - maximum)));
        return [.. logits.Select(logit => logit - maximum - logSum)];
    }
}
