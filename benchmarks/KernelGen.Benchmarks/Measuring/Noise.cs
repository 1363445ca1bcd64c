namespace KernelGen.Benchmarks.Measuring;

/// <summary>Random sound.</summary>
internal static class Noise
{
    /// <summary>From -1 to 1, as samples are and the bins of a log-mel spectrogram mostly.</summary>
    public static float[] Create(Random random, int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (2 * random.NextSingle()) - 1;
        }

        return values;
    }
}
