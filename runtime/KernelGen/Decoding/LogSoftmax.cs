using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>The logarithm of a softmax probability, with a logarithm whose bits are the same on every platform.</summary>
internal static class LogSoftmax
{
    /// <summary><c>logit - maximum - log(sum)</c>.</summary>
    public static float Of(float logit, float maximum, float sum) => (float)Precisely(logit, maximum, DeterministicMath.Log(sum));

    /// <summary>The same for a row whose <c>log(sum)</c> is known. In this order, because a large maximum would swallow the logarithm.</summary>
    public static double Precisely(float logit, float maximum, double logSum) => ((double)logit - maximum) - logSum;
}
