using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>Puts final words together to segments: sentences, or what is said before a pause.</summary>
/// <param name="longest">A segment that is longer than this ends wherever it is.</param>
internal sealed class LiveSegments(TimeSpan longest)
{
    private readonly List<TranscriptWord> _pending = [];
    private int _number;
    private TimeSpan _end;

    /// <summary>The words that are in no segment yet.</summary>
    public ImmutableArray<TranscriptWord> Pending => [.. _pending];

    /// <summary>Adds words.</summary>
    /// <param name="words">The words, in their order. Times that go backwards, as an estimate's may, are corrected.</param>
    /// <param name="pass">The pass that heard them last.</param>
    /// <param name="isEnd">Whether a pause follows, or the end.</param>
    /// <param name="segments">Receives the segments that end.</param>
    /// <returns>The words as they were added.</returns>
    public ImmutableArray<TranscriptWord> Add(ImmutableArray<TranscriptWord> words, HeardWords? pass, bool isEnd, ICollection<TranscriptSegment> segments)
    {
        var added = ImmutableArray.CreateBuilder<TranscriptWord>(words.Length);
        foreach (TranscriptWord word in words)
        {
            TimeSpan start = word.Start > _end ? word.Start : _end;
            _end = word.End > start ? word.End : start;
            var placed = word with { Start = start, End = _end };
            added.Add(placed);
            _pending.Add(placed);
            if (SentenceEnd.IsAfter(placed) || placed.End - _pending[0].Start > longest)
            {
                segments.Add(Finish(pass));
            }
        }

        if (isEnd && _pending.Count > 0)
        {
            segments.Add(Finish(pass));
        }

        return added.ToImmutable();
    }

    private TranscriptSegment Finish(HeardWords? pass)
    {
        ImmutableArray<TranscriptWord> words = Pending;
        _pending.Clear();
        return (pass?.Last ?? new TranscriptSegment()) with
        {
            Number = _number++,
            Start = words[0].Start,
            End = words[^1].End,
            Text = string.Concat(words.Select(static word => word.Text)),
            Tokens = [],
            Words = words,
        };
    }
}
