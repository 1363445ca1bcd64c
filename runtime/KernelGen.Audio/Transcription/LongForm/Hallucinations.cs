namespace KernelGen.Audio;

/// <summary>
/// Finds segments that look as if nobody had said them, beside silences, and says from where on the sound is to be heard again. The scores are those of OpenAI's
/// <c>transcribe.py</c>.
/// </summary>
/// <param name="threshold">A longer silence, in seconds, is one.</param>
/// <param name="punctuation">Words that are part of this are not looked at.</param>
internal sealed class Hallucinations(double threshold, string punctuation)
{
    private const int WordsLookedAt = 8;
    private const double ImprobableBelow = 0.15;
    private const double ShortBelow = 0.133;
    private const double LongAbove = 2;
    private const double EdgeOfWindow = 2;

    /// <summary>Where to go on when the first words of a window look like that, after a silence: the end of the silence, in frames after the window's beginning; else <see langword="null"/>.</summary>
    public int? SilenceBeforeFirst(List<SegmentDraft> segments, double windowStart)
    {
        SegmentDraft? first = NextWithWords(segments, 0);
        if (first is null || !IsAnomaly(first))
        {
            return null;
        }

        double gap = first.Start - windowStart;
        return gap > threshold ? (int)Math.Round(gap * WindowShape.FramesPerSecond) : null;
    }

    /// <summary>Takes out the first segment between two silences that looks like that, and all after it.</summary>
    /// <param name="segments">The segments of a window.</param>
    /// <param name="window">Where the window lies.</param>
    /// <param name="lastSpeech">Where the last word before the window ends, in seconds.</param>
    /// <param name="frameCount">The frames of the sound.</param>
    /// <returns>The frame where the next window begins, or <see langword="null"/> where nothing was taken out.</returns>
    public int? RemoveSurrounded(List<SegmentDraft> segments, WindowRange window, double lastSpeech, int frameCount)
    {
        double lastEnd = lastSpeech;
        for (int i = 0; i < segments.Count; i++)
        {
            SegmentDraft segment = segments[i];
            if (segment.Words.Count == 0)
            {
                continue;
            }

            if (IsAnomaly(segment))
            {
                SegmentDraft? next = NextWithWords(segments, i + 1);
                double nextStart = next is null ? window.Start + window.Duration : next.Words[0].Start;
                bool isAfterSilence = segment.Start - lastEnd > threshold || segment.Start < threshold || segment.Start - window.Start < EdgeOfWindow;
                bool isBeforeSilence = nextStart - segment.End > threshold || (next is not null && IsAnomaly(next)) || window.FullEnd - segment.End < EdgeOfWindow;
                if (isAfterSilence && isBeforeSilence)
                {
                    double soundEnd = (double)frameCount / WindowShape.FramesPerSecond;
                    segments.RemoveRange(i, segments.Count - i);
                    return soundEnd - segment.End < threshold
                        ? frameCount
                        : (int)Math.Round(Math.Max(window.Start + 1, segment.Start) * WindowShape.FramesPerSecond);
                }
            }

            lastEnd = segment.End;
        }

        return null;
    }

    /// <summary>Whether the words of a segment are improbable, very short or very long.</summary>
    public bool IsAnomaly(SegmentDraft segment)
    {
        double score = 0;
        int count = 0;
        foreach (PlacedWord word in segment.Words)
        {
            if (count < WordsLookedAt && !punctuation.Contains(word.Text, StringComparison.Ordinal))
            {
                score += Score(word);
                count++;
            }
        }

        return segment.Words.Count > 0 && (score >= 3 || score + 0.01 >= count);
    }

    private static double Score(PlacedWord word)
    {
        double duration = word.End - word.Start;
        return (word.Probability < ImprobableBelow ? 1 : 0)
            + (duration < ShortBelow ? (ShortBelow - duration) * 15 : 0)
            + (duration > LongAbove ? duration - LongAbove : 0);
    }

    private static SegmentDraft? NextWithWords(List<SegmentDraft> segments, int from)
    {
        int next = segments.FindIndex(Math.Min(from, segments.Count), static segment => segment.Words.Count > 0);
        return next < 0 ? null : segments[next];
    }
}
