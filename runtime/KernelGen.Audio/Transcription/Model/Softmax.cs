using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>Probabilities of logits, with the same bits on every machine.</summary>
internal static class Softmax
{
    /// <summary>The probability of one of several tokens.</summary>
    /// <param name="logits">The logits of all of them.</param>
    /// <param name="token">The token.</param>
    public static double ProbabilityOf(ReadOnlySpan<float> logits, int token)
    {
        double highest = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            highest = Math.Max(highest, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += DeterministicMath.Exp(logit - highest);
        }

        return DeterministicMath.Exp(logits[token] - highest) / sum;
    }
}
