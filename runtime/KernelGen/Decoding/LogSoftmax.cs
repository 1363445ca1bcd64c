using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>The logarithm of a softmax probability, with a logarithm whose bits are the same on every platform.</summary>
internal static class LogSoftmax
{
    /// <summary><c>logit - maximum - log(sum)</c>.</summary>
    public static float Of(float logit, float maximum, float sum) => (float)(((double)logit - maximum) - DeterministicMath.Log(sum));

    /// <summary><c>maximum + log(sum)</c>: what a whole row of logits is lessened by.</summary>
    public static double LogSum(float maximum, float sum) => maximum + DeterministicMath.Log(sum);
}
