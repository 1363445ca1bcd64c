using CsCheck;

namespace KernelGen.Audio.Tests;

public class MedianFilterTests
{
    [Fact]
    public void Medians_are_the_middle_of_seven_sorted_numbers() => Gen.Float[-10, 10].Array[4, 40].Sample(static row =>
    {
        float[] filtered = new float[row.Length];
        MedianFilter.Apply(row, filtered);
        for (int center = 0; center < row.Length; center++)
        {
            float[] around = [.. Enumerable.Range(center - 3, 7).Select(place => row[place < 0 ? -place : place < row.Length ? place : (2 * row.Length) - 2 - place]).Order()];
            Assert.Equal(around[3], filtered[center]);
        }
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_row_too_short_for_a_mirror_image_stays(int length)
    {
        float[] row = [.. Enumerable.Range(0, length).Select(static i => (float)-i)];
        float[] filtered = new float[length];
        MedianFilter.Apply(row, filtered);
        Assert.Equal(row, filtered);
    }

    [Fact]
    public void Nan_counts_as_the_highest()
    {
        float[] row = [1, float.NaN, 2, float.NaN, 3, 4, 5];
        float[] filtered = new float[row.Length];
        MedianFilter.Apply(row, filtered);
        Assert.Equal(4, filtered[3]);
    }
}
