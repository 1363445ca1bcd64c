using System.Numerics;

namespace KernelGen.Audio.Tests;

/// <summary>Whisper's log-mel spectrogram in double precision, as its definition says: a discrete Fourier transform by a sum over all samples, and whole filters.</summary>
internal static class PlainLogMel
{
    private static readonly Complex[] Roots = [.. Enumerable.Range(0, 400).Select(static i => Complex.FromPolarCoordinates(1, -2 * Math.PI * i / 400))];

    /// <summary>log10 of the power in each filter, [frames, bins].</summary>
    public static double[] Logarithms(float[] samples, int bins)
    {
        float[,] filters = Filters(bins);
        int frames = samples.Length / 160;
        var result = new double[frames * bins];
        for (int frame = 0; frame < frames; frame++)
        {
            var window = new double[400];
            for (int i = 0; i < 400; i++)
            {
                window[i] = samples[Reflected((frame * 160) - 200 + i, samples.Length)] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / 400)));
            }

            var powers = new double[201];
            for (int k = 0; k <= 200; k++)
            {
                Complex sum = 0;
                for (int i = 0; i < 400; i++)
                {
                    sum += window[i] * Roots[i * k % 400];
                }

                powers[k] = (sum.Real * sum.Real) + (sum.Imaginary * sum.Imaginary);
            }

            for (int bin = 0; bin < bins; bin++)
            {
                double sum = 0;
                for (int k = 0; k <= 200; k++)
                {
                    sum += filters[bin, k] * powers[k];
                }

                result[(frame * bins) + bin] = Math.Log10(Math.Max(sum, 1e-10));
            }
        }

        return result;
    }

    /// <summary>The values that the encoder reads, [frames, bins].</summary>
    public static double[] Compute(float[] samples, int bins)
    {
        double[] logarithms = Logarithms(samples, bins);
        double greatest = logarithms.Max();
        return [.. logarithms.Select(value => (Math.Max(value, greatest - 8) + 4) / 4)];
    }

    /// <summary>Slaney's filters as librosa makes them: in double precision, rounded to single precision before and behind the normalisation.</summary>
    public static float[,] Filters(int bins)
    {
        double top = 15 + (Math.Log(8) / (Math.Log(6.4) / 27));
        double[] hertz = [.. Enumerable.Range(0, bins + 2).Select(i => ToHertz(i == bins + 1 ? top : i * (top / (bins + 1))))];
        var filters = new float[bins, 201];
        for (int bin = 0; bin < bins; bin++)
        {
            for (int k = 0; k <= 200; k++)
            {
                double lower = -(hertz[bin] - (40.0 * k)) / (hertz[bin + 1] - hertz[bin]);
                double upper = (hertz[bin + 2] - (40.0 * k)) / (hertz[bin + 2] - hertz[bin + 1]);
                float weight = (float)Math.Max(0, Math.Min(lower, upper));
                filters[bin, k] = (float)(weight * (2.0 / (hertz[bin + 2] - hertz[bin])));
            }
        }

        return filters;

        static double ToHertz(double mel) => mel >= 15 ? 1000 * Math.Exp(Math.Log(6.4) / 27 * (mel - 15)) : 200.0 / 3 * mel;
    }

    private static int Reflected(int i, int length)
    {
        while (i < 0 || i >= length)
        {
            i = length == 1 ? 0 : i < 0 ? -i : (2 * (length - 1)) - i;
        }

        return i;
    }
}
