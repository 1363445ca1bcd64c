namespace KernelGen.Tests.WholeModels;

/// <summary>The names that weight precisions have on command lines.</summary>
public sealed class WeightPrecisionNameTests
{
    public static TheoryData<WeightPrecision> All => [.. Enum.GetValues<WeightPrecision>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Precisions_are_read_by_their_names(WeightPrecision precision)
    {
        string name = precision.ToString();
        Assert.All([name, name.ToLowerInvariant(), name.ToUpperInvariant()], spelling =>
        {
            Assert.True(WeightPrecisions.TryParse(spelling, out WeightPrecision read));
            Assert.Equal(precision, read);
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("int2")]
    [InlineData("1")]
    [InlineData("float32 ")]
    public void What_names_no_precision_is_not_read(string? name) => Assert.False(WeightPrecisions.TryParse(name, out _));
}
