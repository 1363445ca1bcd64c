using System.Numerics;

namespace KernelGen.Training.Tests.Passes;

public class DropoutSiteTests
{
    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.3f)]
    [InlineData(0.5f)]
    public void So_many_elements_drop_out_as_the_probability_says(float probability)
    {
        var site = new DropoutSite(probability, key: 42, place: 7);
        const int Count = 1 << 20;
        int dropped = Factors(site, Count).Count(static factor => factor == 0);
        double deviation = Math.Sqrt(Count * (double)probability * (1 - probability));
        Assert.InRange(dropped, (Count * (double)probability) - (5 * deviation), (Count * (double)probability) + (5 * deviation));
    }

    [Fact]
    public void Elements_that_stay_are_scaled_so_that_their_mean_is_kept()
    {
        var site = new DropoutSite(0.2f, key: 1, place: 2);
        Assert.All(Factors(site, 4096), static factor => Assert.True(factor is 0 or 1 / (1 - 0.2f)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(256)]
    [InlineData(512)]
    public void Whether_an_element_drops_out_tells_nothing_of_another(int distance)
    {
        var site = new DropoutSite(0.5f, key: 3, place: 4);
        const int Count = 1 << 18;
        float[] factors = Factors(site, Count + distance);
        int both = Enumerable.Range(0, Count).Count(i => factors[i] == 0 && factors[i + distance] == 0);
        Assert.InRange(both, (Count / 4) - (5 * Math.Sqrt(Count * 3.0 / 16)), (Count / 4) + (5 * Math.Sqrt(Count * 3.0 / 16)));
    }

    [Fact]
    public void Keys_places_and_parts_have_masks_of_their_own()
    {
        DropoutSite[] sites =
        [
            new(0.5f, key: 1, place: 1), new(0.5f, key: 2, place: 1), new(0.5f, key: 1, place: 2), new(0.5f, key: 1, place: 1, part: 1), new(0.5f, key: 1, place: 1, part: 1L << 32),
        ];
        float[][] all = [.. sites.Select(static site => Factors(site, 4096))];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                int same = all[i].Zip(all[j]).Count(static pair => pair.First == pair.Second);
                Assert.InRange(same, 2048 - 200, 2048 + 200);
            }
        }
    }

    /// <summary>Computed apart, so that a change of the mask, which would break the resuming of older runs, does not go unnoticed.</summary>
    [Fact]
    public void Elements_are_those_that_the_formula_names()
    {
        var site = new DropoutSite(0.25f, key: 99, place: 5, part: 6);
        ulong bits = Numerics.Philox.Next(99, 5, 6);
        float[] factors = Factors(site, 1000);
        for (uint i = 0; i < 1000; i++)
        {
            uint mixed = i ^ (uint)bits;
            mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6B;
            mixed = ((mixed ^ (mixed >> 13)) + (uint)(bits >> 32)) * 0xC2B2AE35;
            mixed ^= mixed >> 16;
            Assert.Equal(mixed >> 1 >= (uint)(0.25 * int.MaxValue) ? 1 / 0.75f : 0, factors[i]);
        }
    }

    private static float[] Factors(DropoutSite site, int count)
    {
        float[] factors = new float[count + Vector<float>.Count];
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            site.Factors(RowWork.Numbers(i)).CopyTo(factors, i);
        }

        return factors[..count];
    }
}
