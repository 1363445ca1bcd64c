using KernelGen.Families;
using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>Draws the numbers that a new model begins with: each a function of the seed, the tensor and its place in it, with the same bits everywhere.</summary>
/// <param name="seed">The seed.</param>
internal sealed class InitialWeights(ulong seed)
{
    /// <summary>2⁻³², the distance of the fractions that 32 random bits make.</summary>
    private const double Fraction = 1.0 / (1L << 32);

    /// <summary>Fills numbers of a tensor.</summary>
    /// <param name="values">What they are drawn from.</param>
    /// <param name="stream">The number of the tensor.</param>
    /// <param name="first">The place of the first of them in the tensor; even.</param>
    /// <param name="numbers">Receives the numbers.</param>
    public void Fill(InitialValues values, ulong stream, long first, Span<float> numbers)
    {
        switch (values.Distribution)
        {
            case InitialDistribution.Constant:
                numbers.Fill((float)values.Scale);
                break;

            case InitialDistribution.Normal:
                FillPairs(stream, first, numbers, values.Scale, isNormal: true);
                break;

            case InitialDistribution.Uniform:
                FillPairs(stream, first, numbers, values.Scale, isNormal: false);
                break;

            default:
                throw new ArgumentOutOfRangeException(nameof(values), values.Distribution, "No numbers can be drawn from that.");
        }
    }

    private void FillPairs(ulong stream, long first, Span<float> numbers, double scale, bool isNormal)
    {
        for (int i = 0; i < numbers.Length; i += 2)
        {
            ulong random = Philox.Next(seed, (ulong)(first + i), RandomStreams.Weights | stream);

            // From above 0 to below 1.
            double a = ((uint)random + 0.5) * Fraction;
            double b = ((uint)(random >> 32) + 0.5) * Fraction;
            (a, b) = isNormal ? Normal(a, b) : ((2 * a) - 1, (2 * b) - 1);
            numbers[i] = (float)(scale * a);
            if (i + 1 < numbers.Length)
            {
                numbers[i + 1] = (float)(scale * b);
            }
        }
    }

    /// <summary>Two normal numbers from two uniform ones (Box and Muller 1958).</summary>
    private static (double First, double Second) Normal(double a, double b)
    {
        double radius = Math.Sqrt(-2 * DeterministicMath.Log(a));
        DeterministicMath.SinCos(2 * Math.PI * b, out double sine, out double cosine);
        return (radius * cosine, radius * sine);
    }
}
