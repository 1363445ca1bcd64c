namespace KernelGen.Audio;

/// <summary>Finds where a sound is quietest. Loudness is told in steps of 10 ms, and a place is as quiet as the 100 ms around it.</summary>
internal static class Quietness
{
    private const int Step = LogMelSpectrogram.SampleRate / 100;
    private const int StepsHeard = 10;

    /// <summary>The quietest place between two; of equal ones the last.</summary>
    /// <param name="samples">The sound at 16 kHz.</param>
    /// <param name="first">The first place.</param>
    /// <param name="last">The last.</param>
    public static int QuietestPlace(ReadOnlySpan<float> samples, int first, int last)
    {
        int place = last;
        double quietest = double.PositiveInfinity;
        for (int end = last; end - (StepsHeard * Step) >= first; end -= Step)
        {
            double loudness = 0;
            for (int step = 1; step <= StepsHeard; step++)
            {
                loudness += Loudness(samples.Slice(end - (step * Step), Step));
            }

            if (loudness < quietest)
            {
                quietest = loudness;
                place = end - (StepsHeard * Step / 2);
            }
        }

        return place;
    }

    private static double Loudness(ReadOnlySpan<float> samples)
    {
        double sum = 0;
        foreach (float sample in samples)
        {
            sum += (double)sample * sample;
        }

        return sum;
    }
}
