namespace KernelGen.Tests.Reference;

/// <summary>The elementary functions as mathematics defines them, in double precision.</summary>
internal static class ReferenceMath
{
    /// <summary>The function of a feed-forward block.</summary>
    public static double Activate(Activation activation, double x) => activation switch
    {
        Activation.Relu => Math.Max(x, 0),
        Activation.Gelu => x * NormalDistribution(x),
        Activation.GeluTanh => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        Activation.Silu => x / (1 + Math.Exp(-x)),
        Activation.Tanh => Math.Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>Φ, the distribution function of the standard normal distribution.</summary>
    public static double NormalDistribution(double x)
    {
        double a = Math.Abs(x);
        double tail = a < 3 ? 0.5 - (Density(a) * OddSeries(a)) : Density(a) / ContinuedFraction(a);
        return x < 0 ? tail : 1 - tail;
    }

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + ...: all terms positive.</summary>
    private static double OddSeries(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 3; term > sum * 1e-18; n += 2)
        {
            term *= x * x / n;
            sum += term;
        }

        return sum;
    }

    /// <summary>x + 1/(x + 2/(x + 3/(x + ...))), by which the density is divided to give the tail (Laplace).</summary>
    private static double ContinuedFraction(double x)
    {
        double fraction = x;
        for (int n = 200; n >= 1; n--)
        {
            fraction = x + (n / fraction);
        }

        return fraction;
    }
}
