namespace KernelGen.Tests.Reference;

/// <summary>Compares single precision with the double-precision oracle.</summary>
internal static class Closeness
{
    /// <summary>Half the distance from 1 to the next float: what one rounding may cost, relative.</summary>
    public const double Rounding = 1.0 / (1 << 24);

    /// <summary>Checks that each element is within a tolerance, absolute where the value is small and relative where it is above 1.</summary>
    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]))))
            {
                Assert.Fail($"{what}: element {i} of {expected.Length} is {actual[i]:G9} instead of {expected[i]:G9}, beyond the tolerance of {tolerance}.");
            }
        }
    }
}
