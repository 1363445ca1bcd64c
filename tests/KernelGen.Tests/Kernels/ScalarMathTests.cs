using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Kernels;

/// <summary>The polynomials that every instruction set shares, against mathematics. That the kernels compute them is for the kernels' own tests.</summary>
public sealed class ScalarMathTests
{
    [Fact]
    public void Power_of_two_is_within_two_units_in_the_last_place()
    {
        for (int i = -126 * 512; i < 127 * 512; i++)
        {
            float x = (i + 0.37f) / 512;
            double expected = Math.Pow(2, x);
            double error = Math.Abs(ScalarMath.Exponential2(x) - expected) / expected;
            Assert.True(error <= 2 * 2 * Closeness.Rounding, $"2^{x:G9} is off by {error:E2}, relative.");
        }
    }

    [Fact]
    public void Power_of_two_is_exact_for_whole_numbers()
    {
        for (int n = -126; n <= 127; n++)
        {
            Assert.Equal(MathF.ScaleB(1, n), ScalarMath.Exponential2(n));
        }
    }

    [Fact]
    public void Power_of_two_ends_at_the_limits_of_the_exponent()
    {
        Assert.Equal(0f, ScalarMath.Exponential2(float.NegativeInfinity));
        Assert.Equal(0f, ScalarMath.Exponential2(-1e30f));
        Assert.Equal(0f, ScalarMath.Exponential2(MathF.BitDecrement(-126f)));
        Assert.Equal(MathF.ScaleB(1, 127), ScalarMath.Exponential2(128f));
        Assert.Equal(MathF.ScaleB(1, 127), ScalarMath.Exponential2(float.PositiveInfinity));
        Assert.True(float.IsNaN(ScalarMath.Exponential2(float.NaN)));
    }

    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.Tanh)]
    public void Activations_are_within_4e_7(Activation activation)
    {
        for (int i = -40_000; i <= 40_000; i++)
        {
            float x = i / 1000f;
            double expected = ReferenceMath.Activate(activation, x);
            double error = Math.Abs(ScalarMath.Activate(activation, x) - expected) / Math.Max(1, Math.Abs(expected));
            Assert.True(error <= 4e-7, $"{activation}({x}) is {ScalarMath.Activate(activation, x):G9} instead of {expected:G9}.");
        }
    }

    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.Silu)]
    public void Activations_keep_zero_and_survive_the_largest_numbers(Activation activation)
    {
        Assert.Equal(0, BitConverter.SingleToInt32Bits(ScalarMath.Activate(activation, 0f)));
        Assert.Equal(1e30f, ScalarMath.Activate(activation, 1e30f), 1e24f);
        Assert.InRange(ScalarMath.Activate(activation, -1e4f), -1e-6f, 0f);
    }

    /// <summary>A norm may follow it that makes small numbers large: they are as exact as large ones.</summary>
    [Fact]
    public void The_hyperbolic_tangent_has_a_small_relative_error_and_ends_at_1()
    {
        for (float x = 1e-30f; x < 20; x *= 1.0003f)
        {
            double expected = Math.Tanh(x);
            Assert.True(Math.Abs(ScalarMath.Activate(Activation.Tanh, x) - expected) <= 2e-7 * expected, $"tanh({x:G9}) is {ScalarMath.Activate(Activation.Tanh, x):G9} instead of {expected:G9}.");
            Assert.Equal(-ScalarMath.Activate(Activation.Tanh, x), ScalarMath.Activate(Activation.Tanh, -x));
        }

        Assert.Equal(0, BitConverter.SingleToInt32Bits(ScalarMath.Activate(Activation.Tanh, 0f)));
        Assert.Equal((1f, -1f), (ScalarMath.Activate(Activation.Tanh, float.PositiveInfinity), ScalarMath.Activate(Activation.Tanh, -1e30f)));
        Assert.True(float.IsNaN(ScalarMath.Activate(Activation.Tanh, float.NaN)));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.84134474606854293)]
    [InlineData(-1, 0.15865525393145705)]
    [InlineData(-2.9, 0.0018658133003840378)]
    [InlineData(-3.1, 0.00096760321321835764)]
    [InlineData(-6, 9.8658764503769815e-10)]
    public void Normal_distribution_of_the_oracle_has_its_tabulated_values(double x, double expected) =>
        Assert.Equal(expected, ReferenceMath.NormalDistribution(x), 1e-15);
}
