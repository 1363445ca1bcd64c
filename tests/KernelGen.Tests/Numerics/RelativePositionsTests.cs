using KernelGen.Recipes;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Numerics;

/// <summary>The buckets of relative positions are those of the original, whose logarithms are in single precision.</summary>
public sealed class RelativePositionsTests
{
    private const int Farthest = 2000;

    /// <summary>The nearest distance of each bucket, with 32 buckets and 128: computed with PyTorch. An encoder has them on either side.</summary>
    private static readonly int[] EncoderBuckets = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91];

    private static readonly int[] DecoderBuckets =
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113];

    [Theory]
    [InlineData(true, 32, 128)]
    [InlineData(false, 32, 128)]
    [InlineData(true, 8, 20)]
    [InlineData(false, 8, 20)]
    [InlineData(true, 4, 3)]
    [InlineData(false, 4, 3)]
    [InlineData(true, 64, 1000)]
    [InlineData(false, 64, 1000)]
    public void Buckets_are_those_of_the_original(bool isBidirectional, int buckets, int farthest)
    {
        Assert.True(RelativePositions.AreUsable(buckets, farthest));
        for (int distance = -Farthest; distance <= Farthest; distance++)
        {
            int bucket = RelativePositions.Bucket(distance, isBidirectional, buckets, farthest);
            Assert.Equal(RelativeBuckets.Of(distance, isBidirectional, buckets, farthest), bucket);
            Assert.InRange(bucket, 0, buckets - 1);
        }
    }

    [Fact]
    public void The_buckets_of_an_encoder_begin_where_they_do_in_the_original()
    {
        for (int distance = 0; distance <= Farthest; distance++)
        {
            int bucket = EncoderBuckets.Count(nearest => nearest <= distance) - 1;
            Assert.Equal(bucket, RelativePositions.Bucket(-distance, isBidirectional: true, 32, 128));
            Assert.Equal(distance == 0 ? 0 : 16 + bucket, RelativePositions.Bucket(distance, isBidirectional: true, 32, 128));
        }
    }

    [Fact]
    public void The_buckets_of_a_decoder_begin_where_they_do_in_the_original()
    {
        for (int distance = 0; distance <= Farthest; distance++)
        {
            Assert.Equal(DecoderBuckets.Count(nearest => nearest <= distance) - 1, RelativePositions.Bucket(-distance, isBidirectional: false, 32, 128));
            Assert.Equal(0, RelativePositions.Bucket(distance, isBidirectional: false, 32, 128));
        }
    }
}
