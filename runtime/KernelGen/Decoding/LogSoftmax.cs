using System.Numerics;
using System.Runtime.InteropServices;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>The logarithm of a softmax probability, with a logarithm whose bits are the same on every platform.</summary>
internal static class LogSoftmax
{
    /// <summary><c>logit - maximum - log(sum)</c>.</summary>
    public static float Of(float logit, float maximum, float sum) => (float)Precisely(logit, maximum, DeterministicMath.Log(sum));

    /// <summary>The same for a row whose <c>log(sum)</c> is known. In this order, because a large maximum would swallow the logarithm.</summary>
    public static double Precisely(float logit, float maximum, double logSum) => ((double)logit - maximum) - logSum;

    /// <summary>Makes the logits of a row log-probabilities, in single precision: <c>(logit - maximum) - log(sum)</c>, the same bits at any vector width.</summary>
    public static void Apply(Span<float> logits, float maximum, float logSum)
    {
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var maxima = new Vector<float>(maximum);
        var logSums = new Vector<float>(logSum);
        foreach (ref Vector<float> vector in vectors)
        {
            vector = vector - maxima - logSums;
        }

        foreach (ref float logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            logit = logit - maximum - logSum;
        }
    }
}
