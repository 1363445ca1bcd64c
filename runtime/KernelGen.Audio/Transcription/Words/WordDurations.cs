namespace KernelGen.Audio;

/// <summary>How long the words of a window take, and what is too long for one.</summary>
internal sealed class WordDurations
{
    private const double LongestMedian = 0.7;
    private const string SentenceEnds = ".。!！?？";

    private readonly bool _isKnown;

    /// <param name="words">The words of a window.</param>
    public WordDurations(List<PlacedWord> words)
    {
        double[] durations = [.. words.Select(static word => word.Duration).Where(static duration => duration != 0).Order()];
        _isKnown = durations.Length > 0;
        int middle = durations.Length / 2;
        double median = !_isKnown ? 0 : durations.Length % 2 == 1 ? durations[middle] : (durations[middle - 1] + durations[middle]) / 2;
        Median = Math.Min(LongestMedian, median);
    }

    /// <summary>The median, at most 0.7 seconds; 0 where no word has a length.</summary>
    public double Median { get; }

    /// <summary>What is longer is too long where a sentence or a pause ends.</summary>
    public double Longest => 2 * Median;

    /// <summary>Shortens what is too long at the ends of sentences, where a pause is taken for a part of a word.</summary>
    public void ShortenAtSentenceEnds(List<PlacedWord> words)
    {
        for (int i = 1; _isKnown && i < words.Count; i++)
        {
            if (!(words[i].Duration > Longest))
            {
                continue;
            }

            if (SentenceEnds.Contains(words[i].Text, StringComparison.Ordinal))
            {
                words[i].End = words[i].Start + Longest;
            }
            else if (SentenceEnds.Contains(words[i - 1].Text, StringComparison.Ordinal))
            {
                words[i].Start = words[i].End - Longest;
            }
        }
    }

    /// <summary>Shortens the first two words after a pause, where the pause is taken for a part of them.</summary>
    /// <param name="words">The words of a segment, at least one.</param>
    /// <param name="lastSpeech">Where the segment before ends, in seconds.</param>
    public void ShortenAfterPause(List<PlacedWord> words, double lastSpeech)
    {
        PlacedWord first = words[0];
        PlacedWord? second = words.Count > 1 ? words[1] : null;
        bool isAfterPause = first.End - lastSpeech > Median * 4;
        bool isTooLong = first.Duration > Longest || (second is not null && second.End - first.Start > Longest * 2);
        if (!isAfterPause || !isTooLong)
        {
            return;
        }

        if (second is not null && second.Duration > Longest)
        {
            first.End = second.Start = Math.Max(second.End / 2, second.End - Longest);
        }

        first.Start = Math.Max(0, first.End - Longest);
    }

    /// <summary>Makes a segment begin and end with its words, or where those at its edges are too long, these with the segment.</summary>
    /// <param name="segment">The segment, which has words.</param>
    public void FitToSegment(SegmentDraft segment)
    {
        PlacedWord first = segment.Words[0];
        PlacedWord last = segment.Words[^1];
        if (segment.Start < first.End && segment.Start - 0.5 > first.Start)
        {
            first.Start = Math.Max(0, Math.Min(first.End - Median, segment.Start));
        }
        else
        {
            segment.Start = first.Start;
        }

        if (segment.End > last.Start && segment.End + 0.5 < last.End)
        {
            last.End = Math.Max(last.Start + Median, segment.End);
        }
        else
        {
            segment.End = last.End;
        }
    }
}
