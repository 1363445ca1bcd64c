using KernelGen.Execution;
using KernelGen.Layout;

namespace KernelGen.Recipes;

/// <summary>The buckets of T5's relative positions (Raffel et al. 2020; <c>_relative_position_bucket</c> in Hugging Face's and Google's code).</summary>
internal static class RelativePositions
{
    /// <summary>The room of a head's row: kernels read whole vectors, so that those at the end reach beyond the last distance.</summary>
    /// <param name="distances">The number of distances.</param>
    public static int RowLength(int distances) => PanelLayout.RoundUp(distances + PanelLayout.Width);

    /// <summary>Whether distances can be told apart so: the encoder has half of the buckets for each side, of which half are near.</summary>
    public static bool AreUsable(int buckets, int farthest) => buckets >= 4 && buckets % 2 == 0 && farthest > buckets / 2;

    /// <summary>The bucket of each distance that a stack has, from the most negative one on.</summary>
    public static int[] BucketsOf(ModelSettings settings, Stack stack)
    {
        bool isBidirectional = stack == Stack.Encoder;
        int longest = isBidirectional ? settings.MaxSourceLength : settings.MaxTargetLength;
        int[] buckets = new int[isBidirectional ? (2 * longest) - 1 : longest];
        for (int i = 0; i < buckets.Length; i++)
        {
            buckets[i] = Bucket(i - (longest - 1), isBidirectional, settings.RelativePositionBuckets, settings.RelativePositionDistance);
        }

        return buckets;
    }

    /// <summary>The bucket of a key's distance from a query.</summary>
    /// <param name="distance">The position of the key less that of the query.</param>
    /// <param name="isBidirectional">Whether keys after the query have buckets of their own, as in an encoder.</param>
    /// <param name="buckets">The number of buckets.</param>
    /// <param name="farthest">The distance from which on all are alike.</param>
    public static int Bucket(int distance, bool isBidirectional, int buckets, int farthest)
    {
        int first = 0;
        if (isBidirectional)
        {
            buckets /= 2;
            first = distance > 0 ? buckets : 0;
            distance = Math.Abs(distance);
        }
        else
        {
            distance = -Math.Min(distance, 0);
        }

        // Near distances have a bucket each; those of farther ones grow by a factor.
        int near = buckets / 2;
        if (distance < near)
        {
            return first + distance;
        }

        // In single precision where the original is, so that a distance at a border is in the same bucket.
        float factor = (float)Math.Log((float)distance / near) / (float)Math.Log((double)farthest / near);
        return first + Math.Min(buckets - 1, near + (int)(factor * (buckets - near)));
    }
}
