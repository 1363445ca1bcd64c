namespace KernelGen.Audio.Tests;

/// <summary>The resampler's definition, in double precision and without any thought of speed: each sample of the output is a sum over all samples of the input.</summary>
internal static class PlainResampler
{
    private const double Cutoff = 0.95;
    private const double HalfWidth = 72;

    private static readonly double Beta = 0.1102 * (110 - 8.7);

    public static double[] Resample(float[] input, int from, int to)
    {
        double scale = Math.Min(1, (double)to / from);
        var output = new double[((long)input.Length * to + from - 1) / from];
        for (int k = 0; k < output.Length; k++)
        {
            long whole = (long)k * from / to;
            double fraction = (double)((long)k * from % to) / to;
            double sum = 0;
            double weights = 0;
            int reach = (int)Math.Ceiling(HalfWidth / scale) + 1;
            for (long i = whole - reach; i <= whole + reach; i++)
            {
                double weight = Response((i - whole - fraction) * scale);
                weights += weight;
                sum += i >= 0 && i < input.Length ? weight * input[i] : 0;
            }

            output[k] = sum / weights;
        }

        return output;
    }

    public static double Response(double time)
    {
        double ratio = time / HalfWidth;
        if (Math.Abs(ratio) >= 1)
        {
            return 0;
        }

        double sinc = time == 0 ? Cutoff : Math.Sin(Math.PI * Cutoff * time) / (Math.PI * time);
        return sinc * Bessel(Beta * Math.Sqrt(1 - (ratio * ratio))) / Bessel(Beta);
    }

    private static double Bessel(double x)
    {
        // The integral of e^(x cos a) / π from 0 to π; the trapezoidal rule converges at once.
        const int Steps = 50;
        double sum = 0;
        for (int i = 0; i < Steps; i++)
        {
            sum += Math.Exp(x * Math.Cos(Math.PI * (i + 0.5) / Steps));
        }

        return sum / Steps;
    }
}
