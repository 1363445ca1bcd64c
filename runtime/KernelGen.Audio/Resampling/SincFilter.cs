using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>
/// The impulse response of the resampler: a sinc that lets through what is below 0.95 of the Nyquist frequency, under a Kaiser window that is 144 samples long (Kaiser
/// 1974; Oppenheim and Schafer, section 7.6). From 0.9 to 1.0 of the Nyquist frequency it falls to -110 dB.
/// </summary>
internal static class SincFilter
{
    /// <summary>Where the response ends, in samples of the lower rate, on each side.</summary>
    public const int HalfWidth = 72;

    private const double Cutoff = 0.95;
    private const double Attenuation = 110;
    private const double Beta = 0.1102 * (Attenuation - 8.7);

    // Cubic interpolation between so many points a sample is within 3e-8.
    private const int PointsPerSample = 128;

    private static readonly double Scale = Cutoff / Bessel(Beta);

    /// <summary>The response from one point before 0 to two points behind the end.</summary>
    private static readonly double[] Points = [.. Enumerable.Range(-1, (HalfWidth * PointsPerSample) + 4).Select(static point => Exact((double)point / PointsPerSample))];

    /// <summary>The response at a time, from a table: some hundred times as fast as its formula.</summary>
    /// <param name="time">The time in samples of the lower rate.</param>
    public static double At(double time)
    {
        double place = Math.Abs(time) * PointsPerSample;
        return place < HalfWidth * PointsPerSample ? Interpolation.Cubic(place - (int)place, Points.AsSpan((int)place, 4)) : 0;
    }

    /// <summary>The response at a time, as its formula says.</summary>
    public static double Exact(double time)
    {
        double ratio = time / HalfWidth;
        double square = 1 - (ratio * ratio);
        if (square < 0)
        {
            return 0;
        }

        double angle = Math.PI * Cutoff * time;
        DeterministicMath.SinCos(angle, out double sine, out _);
        return (angle == 0 ? 1 : sine / angle) * Scale * Bessel(Beta * Math.Sqrt(square));
    }

    /// <summary>The modified Bessel function of the first kind, of order 0, by its power series.</summary>
    private static double Bessel(double x)
    {
        double square = x * x * 0.25;
        double term = 1;
        double sum = 1;
        for (int i = 1; term > sum * 1e-17; i++)
        {
            term *= square / ((double)i * i);
            sum += term;
        }

        return sum;
    }
}
