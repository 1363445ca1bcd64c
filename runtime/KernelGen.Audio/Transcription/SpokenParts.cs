namespace KernelGen.Audio;

/// <summary>Finds the parts of audio in which somebody speaks.</summary>
internal static class SpokenParts
{
    /// <summary>The samples of three seconds: a shorter silence is part of what is said around it.</summary>
    /// <param name="sampleRate">Samples in a second.</param>
    public static long SilenceToSkip(int sampleRate) => 3L * sampleRate;

    /// <summary>
    /// Has a detector hear audio. Where it finds nothing in audio that is shorter than a silence that is skipped, that is a part as a whole: one word, with no silence around it, has nothing that a
    /// detector could compare it with.
    /// </summary>
    /// <param name="open">Opens the audio.</param>
    /// <param name="detector">The detector.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The parts as the detector gives them, in samples at its rate.</returns>
    public static IEnumerable<SpeechSpan> Find(Func<AudioReader> open, IVoiceActivityDetector detector, CancellationToken cancellation)
    {
        using var audio = new FiniteReader(open(), cancellation);
        using AudioReader heard = audio.Resample(detector.SampleRate);
        bool isFound = false;
        foreach (SpeechSpan span in detector.Detect(heard))
        {
            isFound = true;
            yield return span;
        }

        if (!isFound && audio.Position > 0 && audio.Position < SilenceToSkip(audio.SampleRate))
        {
            yield return new SpeechSpan(0, audio.Position * detector.SampleRate / audio.SampleRate);
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
    /// <summary>Adds the silence before the first part and behind the last one, where it is too short to be skipped.</summary>
    /// <param name="parts">The parts, in ascending order.</param>
    /// <param name="length">The samples of the whole audio.</param>
    /// <param name="silence">The samples of a silence that is skipped.</param>
    public static IReadOnlyList<SpeechSpan> WithShortEnds(IEnumerable<SpeechSpan> parts, long length, long silence)
    {
        List<SpeechSpan> whole = [.. parts];
        if (whole.Count > 0 && whole[0].Start < silence)
        {
            whole[0] = whole[0] with { Start = 0 };
        }

        if (whole.Count > 0 && length - whole[^1].End < silence)
        {
            whole[^1] = whole[^1] with { End = Math.Max(length, whole[^1].End) };
        }

        return whole;
    }
}
