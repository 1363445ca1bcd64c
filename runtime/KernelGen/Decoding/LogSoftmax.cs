using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>The logarithm of a softmax probability.</summary>
internal static class LogSoftmax
{
    /// <summary><c>logit - maximum - log(sum)</c>, with a logarithm whose bits are the same on every platform.</summary>
    public static float Of(float logit, float maximum, float sum) => (float)(((double)logit - maximum) - DeterministicMath.Log(sum));
}
