using KernelGen.Numerics;

namespace KernelGen.Tests.Numerics;

// The expected values were computed with 400 bits (mpmath) and rounded.
public sealed class DeterministicMathTests
{
    public static TheoryData<double, double> Logarithms => new()
    {
        { 1.0, 0.0 },
        { 2.0, 0.6931471805599453 },
        { 0.5, -0.6931471805599453 },
        { 10.0, 2.302585092994046 },
        { 1.0000001, 9.999999505838704e-08 },
        { 0.9999999, -1.0000000494736474e-07 },
        { 1.4142135623730951, 0.3465735902799727 },
        { 0.7071067811865476, -0.3465735902799726 },
        { 5e-324, -744.4400719213812 },
        { 1e-310, -713.8013788281542 },
        { 1.7976931348623157e+308, 709.782712893384 },
        { 32000.0, 10.373491181781864 },
        { 22668.36115504488, 10.028725449536196 },
        { 10559.527089797743, 9.264783773094365 },
        { 45565.44801934245, 10.726904989414368 },
        { 5070.632823099327, 8.531220905975568 },
    };

    public static TheoryData<double, double> Exponentials => new()
    {
        { 0.0, 1.0 },
        { 1.0, 2.718281828459045 },
        { -1.0, 0.36787944117144233 },
        { 1e-20, 1.0 },
        { -9.210340371976184, 9.999999999999991e-05 },
        { 0.34657359027997264, 1.414213562373095 },
        { -0.34657359027997264, 0.7071067811865476 },
        { 709.782712893384, 1.7976931348622732e+308 },
        { -708.0, 3.307553003638408e-308 },
        { -740.0, 4.2e-322 },
        { 0.7176400861337839, 2.049590641493351 },
        { -2.6862216617482897, 0.0681379016610793 },
        { -8.840021504505863, 0.0001448196323745688 },
        { 0.1487146637884056, 1.1603418544200645 },
    };

    public static TheoryData<double, double, double> SinesAndCosines => new()
    {
        { 0.0, 0.0, 1.0 },
        { 0.5, 0.479425538604203, 0.8775825618903728 },
        { 1.0, 0.8414709848078965, 0.5403023058681398 },
        { -1.0, -0.8414709848078965, 0.5403023058681398 },
        { 0.7853981633974483, 0.7071067811865475, 0.7071067811865476 },
        { 1.5707963267948966, 1.0, 6.123233995736766e-17 },
        { 3.141592653589793, 1.2246467991473532e-16, -1.0 },
        { -3.141592653589793, -1.2246467991473532e-16, -1.0 },
        { 6.283185307179586, -2.4492935982947064e-16, 1.0 },
        { 11.0, -0.9999902065507035, 0.004425697988050785 },
        { 22.0, -0.008851309290403876, -0.9999608263946371 },
        { 355.0, -3.014435335948845e-05, -0.999999999545659 },
        { 710.0, 6.0288706691585265e-05, 0.999999998182636 },
        { 511.0, 0.8817704007607503, -0.4716788741741842 },
        { 8191.0, -0.7630067893524556, -0.6463904697642574 },
        { 103993.0, -1.9129335778423752e-05, 0.9999999998170342 },
        { 1e-09, 1e-09, 1.0 },
        { 1048576.0, 0.3304931400217347, 0.943808393901312 },
        { -925.0086831160303, -0.9819374374651593, 0.18920589024751966 },
        { -132.70863267522827, -0.6901825023046619, 0.7236353456765883 },
        { -860.2891528507621, 0.4857615747161569, 0.8740913525080085 },
        { -818.5739733122699, -0.9821762441820701, -0.18796229772058728 },
    };

    public static TheoryData<int, int, double> InversePowers => new()
    {
        { 0, 512, 1.0 },
        { 2, 512, 0.9646616199111993 },
        { 256, 512, 0.01 },
        { 510, 512, 0.0001036632928437698 },
        { 510, 511, 0.00010181875647686103 },
        { 2, 3, 0.002154434690031884 },
        { 20, 20, 0.0001 },
        { 62, 64, 0.0001333521432163324 },
        { 1022, 1024, 0.00010181517217181818 },
        { 1, 7, 0.2682695795279726 },
    };

    [Theory]
    [MemberData(nameof(Logarithms))]
    public void Logarithms_are_within_one_unit_in_the_last_place(double x, double expected) => CheckClose(expected, DeterministicMath.Log(x));

    [Theory]
    [MemberData(nameof(Exponentials))]
    public void Exponentials_are_within_one_unit_in_the_last_place(double x, double expected) => CheckClose(expected, DeterministicMath.Exp(x));

    [Theory]
    [MemberData(nameof(SinesAndCosines))]
    public void Sines_and_cosines_are_within_one_unit_in_the_last_place(double x, double expectedSine, double expectedCosine)
    {
        DeterministicMath.SinCos(x, out double sine, out double cosine);
        CheckClose(expectedSine, sine);
        CheckClose(expectedCosine, cosine);
    }

    [Theory]
    [MemberData(nameof(InversePowers))]
    public void Inverse_powers_of_10000_are_within_one_unit_in_the_last_place(int numerator, int denominator, double expected) =>
        CheckClose(expected, DeterministicMath.InversePowerOf10000(numerator, denominator));

    [Fact]
    public void Special_values_follow_IEEE_754()
    {
        Assert.Equal(double.NegativeInfinity, DeterministicMath.Log(0));
        Assert.Equal(double.NegativeInfinity, DeterministicMath.Log(-0.0));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(DeterministicMath.Log(-1)));
        Assert.True(double.IsNaN(DeterministicMath.Log(double.NegativeInfinity)));
        Assert.True(double.IsNaN(DeterministicMath.Log(double.NaN)));
        Assert.Equal(0, DeterministicMath.Exp(double.NegativeInfinity));
        Assert.Equal(0, DeterministicMath.Exp(-746));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Exp(710));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Exp(double.PositiveInfinity));
        Assert.True(double.IsNaN(DeterministicMath.Exp(double.NaN)));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1048577.0)]
    [InlineData(-1048577.0)]
    public void Angles_that_cannot_be_reduced_are_refused(double angle) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DeterministicMath.SinCos(angle, out _, out _));

    [Fact]
    public void Functions_agree_with_the_platforms_to_the_last_places()
    {
        var random = new Random(3);
        for (int i = 0; i < 200_000; i++)
        {
            double x = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 7));
            DeterministicMath.SinCos(x, out double sine, out double cosine);
            CheckClose(Math.Sin(x), sine, 2);
            CheckClose(Math.Cos(x), cosine, 2);
            CheckClose(Math.Log(Math.Abs(x)), DeterministicMath.Log(Math.Abs(x)), 2);
            CheckClose(Math.Exp(x % 700), DeterministicMath.Exp(x % 700), 2);
        }
    }

    [Fact]
    public void The_bits_are_the_same_on_every_platform()
    {
        // A checksum of some thousand results, the same wherever this runs.
        ulong checksum = 14695981039346656037;
        void Add(double value) => checksum = (checksum ^ BitConverter.DoubleToUInt64Bits(value)) * 1099511628211;
        for (int i = 1; i < 5_000; i++)
        {
            double x = i * 0.37;
            DeterministicMath.SinCos(x, out double sine, out double cosine);
            Add(sine);
            Add(cosine);
            Add(DeterministicMath.Log(x));
            Add(DeterministicMath.Exp((i - 2_500) * 0.25));
            Add(DeterministicMath.InversePowerOf10000(i % 777, 777));
        }

        Assert.Equal(9969953384400749415, checksum);
    }

    private static void CheckClose(double expected, double actual, int units = 1)
    {
        double unit = Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected);
        Assert.True(Math.Abs(actual - expected) <= units * unit, $"expected {expected:R}, found {actual:R}");
    }
}
