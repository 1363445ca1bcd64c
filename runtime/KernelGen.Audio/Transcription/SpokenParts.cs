namespace KernelGen.Audio;

/// <summary>Finds the parts of audio in which somebody speaks.</summary>
internal static class SpokenParts
{
    /// <summary>The samples of three seconds: a shorter silence is part of what is said around it.</summary>
    /// <param name="sampleRate">Samples in a second.</param>
    public static long SilenceToSkip(int sampleRate) => 3L * sampleRate;

    /// <summary>Has a detector hear audio.</summary>
    /// <param name="open">Opens the audio.</param>
    /// <param name="detector">The detector.</param>
    /// <returns>The parts as the detector gives them, in samples at its rate.</returns>
    public static IEnumerable<SpeechSpan> Find(Func<AudioReader> open, IVoiceActivityDetector detector)
    {
        using AudioReader audio = open();
        using AudioReader heard = audio.Resample(detector.SampleRate);
        foreach (SpeechSpan span in detector.Detect(heard))
        {
            yield return span;
        }
    }

    /// <summary>Joins parts between which the silence is too short to be skipped.</summary>
    /// <param name="spoken">The parts, in ascending order.</param>
    /// <param name="silence">The samples of a silence that is skipped.</param>
    /// <param name="longest">The most samples of what is joined; a part that is longer stays as it is.</param>
    public static IEnumerable<SpeechSpan> Join(IEnumerable<SpeechSpan> spoken, long silence, long longest = long.MaxValue)
    {
        SpeechSpan? joined = null;
        foreach (SpeechSpan span in spoken)
        {
            if (joined is { } begun && span.Start - begun.End < silence && span.End - begun.Start <= longest)
            {
                joined = begun with { End = span.End };
                continue;
            }

            if (joined is { } whole)
            {
                yield return whole;
            }

            joined = span;
        }

        if (joined is { } last)
        {
            yield return last;
        }
    }
}
