namespace KernelGen.Tests.Reference;

/// <summary>
/// The buckets of T5's relative positions, as <c>_relative_position_bucket</c> of Hugging Face's modeling_t5.py computes them: step by step, in single precision
/// where its tensors are. It shares nothing with the runtime.
/// </summary>
internal static class RelativeBuckets
{
    /// <summary>The bucket of a key that stands so many positions after the query, or before it where the number is negative.</summary>
    public static int Of(int relativePosition, bool isBidirectional, int buckets, int maxDistance)
    {
        int relativeBucket = 0;
        int n;
        if (isBidirectional)
        {
            buckets /= 2;
            relativeBucket += relativePosition > 0 ? buckets : 0;
            n = Math.Abs(relativePosition);
        }
        else
        {
            n = Math.Max(-relativePosition, 0);
        }

        int maxExact = buckets / 2;
        float logarithm = MathF.Log((float)Math.Max(n, 1) / maxExact);
        float fraction = logarithm / (float)Math.Log((double)maxDistance / maxExact);
        int ifLarge = Math.Min(maxExact + (int)(fraction * (buckets - maxExact)), buckets - 1);
        return relativeBucket + (n < maxExact ? n : ifLarge);
    }
}
