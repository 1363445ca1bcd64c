using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>
/// Tells which words of a live sound are final. The sound that is kept is transcribed again and again while it grows; words on which two passes in a row agree, from the first word that
/// is not final yet, are final (local agreement: Liu, Spanakis and Niehues 2020; Macháček, Dabre and Bojar 2023, "Turning Whisper into a real-time transcription system").
/// </summary>
/// <remarks>
/// The sound that is kept does not grow without end: once it is longer than the limit, it is cut after the last final word, after the last one that ends a sentence where there is
/// one; and where no word has become final, the words of its first half become so as they are. The edge of a word that is cut off may be heard once more: a word that repeats the last final one
/// right there counts once, even where it was said twice without a pause.
/// </remarks>
internal sealed class WordAgreement : IWordAgreement
{
    private const int LongestRepetition = 5;

    /// <summary>Times of the same word differ so much between passes.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.1);

    /// <summary>A word that ends so near the end of the sound may be cut there, and is then another one in pass after pass.</summary>
    private static readonly TimeSpan Edge = TimeSpan.FromSeconds(0.2);

    /// <summary>A word that repeats a final one begins so near it.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _longest;

    /// <summary>The last final words, as many as may be repeated.</summary>
    private readonly List<TranscriptWord> _lastFinal = [];

    /// <summary>The words of the last pass that are not final.</summary>
    private List<TranscriptWord> _tentative = [];

    private TimeSpan _finalEnd;

    /// <summary>Where the sound can be cut: after the last final word, and after the last that ends a sentence.</summary>
    private TimeSpan _cut;
    private TimeSpan? _sentenceCut;
    private TimeSpan _keepFrom;

    /// <param name="longest">The longest sound to keep, above 0.</param>
    /// <param name="start">Where the sound begins.</param>
    public WordAgreement(TimeSpan longest, TimeSpan start = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(longest, TimeSpan.Zero);
        _longest = longest;
        _finalEnd = _cut = _keepFrom = start;
    }

    /// <inheritdoc/>
    public LiveWords Add(IReadOnlyList<TranscriptWord> words, TimeSpan end)
    {
        ArgumentNullException.ThrowIfNull(words);
        List<TranscriptWord> fresh = WithoutFinal(words);
        int agreed = 0;
        while (agreed < fresh.Count && agreed < _tentative.Count && fresh[agreed].End <= end - Edge && IsSame(fresh[agreed], _tentative[agreed]))
        {
            agreed++;
        }

        var final = ImmutableArray.CreateBuilder<TranscriptWord>();
        Finish(fresh, agreed, final);
        if (end - _keepFrom > _longest)
        {
            Cut(fresh, end, final);
        }

        _tentative = fresh;
        return new LiveWords(final.ToImmutable(), [.. fresh], _keepFrom);
    }

    /// <inheritdoc/>
    /// <remarks>It may then begin anew.</remarks>
    public LiveWords Flush()
    {
        ImmutableArray<TranscriptWord> rest = [.. _tentative];
        TimeSpan keepFrom = rest.IsEmpty ? _finalEnd : rest[^1].End;
        _tentative = [];
        _lastFinal.Clear();
        _finalEnd = _cut = _keepFrom = keepFrom;
        _sentenceCut = null;
        return new LiveWords(rest, [], keepFrom);
    }

    /// <summary>Whether two passes mean the same word: its letters, not its commas and capitals, which change with what follows.</summary>
    public static bool IsSame(TranscriptWord one, TranscriptWord other)
    {
        ReadOnlySpan<char> first = Letters(one.Text);
        ReadOnlySpan<char> second = Letters(other.Text);
        return first.Equals(second, StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> Letters(string word)
    {
        int start = 0;
        int end = word.Length;
        while (start < end && !char.IsLetterOrDigit(word[start]) && !char.IsSurrogate(word[start]))
        {
            start++;
        }

        while (end > start && !char.IsLetterOrDigit(word[end - 1]) && !char.IsSurrogate(word[end - 1]))
        {
            end--;
        }

        // A word of punctuation alone is itself.
        return start < end ? word.AsSpan(start, end - start) : word.AsSpan().Trim();
    }

    /// <summary>The words of a pass after those that are final, which may be heard once more at the edge.</summary>
    private List<TranscriptWord> WithoutFinal(IReadOnlyList<TranscriptWord> words)
    {
        int known = 0;
        while (_lastFinal.Count > 0 && known < words.Count && words[known].Start <= _finalEnd - Tolerance)
        {
            known++;
        }

        List<TranscriptWord> fresh = [.. words.Skip(known)];

        // Where the last final word is heard in its place, or lies before the sound, one after it that is the same was said twice.
        bool isSaidTwice = _keepFrom > _finalEnd || (known > 0 && IsSame(words[known - 1], _lastFinal[^1]));
        if (fresh.Count == 0 || isSaidTwice || (fresh[0].Start - _finalEnd).Duration() > Near)
        {
            return fresh;
        }

        for (int count = Math.Min(LongestRepetition, Math.Min(_lastFinal.Count, fresh.Count)); count > 0; count--)
        {
            int first = _lastFinal.Count - count;
            if (Enumerable.Range(0, count).All(i => IsSame(_lastFinal[first + i], fresh[i]) && fresh[i].Start < _finalEnd + Tolerance))
            {
                fresh.RemoveRange(0, count);
                break;
            }
        }

        return fresh;
    }

    /// <summary>Makes the first words final.</summary>
    private void Finish(List<TranscriptWord> words, int count, ImmutableArray<TranscriptWord>.Builder final)
    {
        for (int i = 0; i < count; i++)
        {
            TranscriptWord word = words[i];
            final.Add(word);
            _lastFinal.Add(word);
            _finalEnd = word.End > _finalEnd ? word.End : _finalEnd;

            // Times are estimates. In the middle of what is between two words there is most room for that.
            TimeSpan next = i + 1 < words.Count ? words[i + 1].Start : _finalEnd;
            _cut = next > _finalEnd ? (_finalEnd + next) / 2 : _finalEnd;
            if (SentenceEnd.IsAfter(word))
            {
                _sentenceCut = _cut;
            }
        }

        words.RemoveRange(0, count);
        if (_lastFinal.Count > LongestRepetition)
        {
            _lastFinal.RemoveRange(0, _lastFinal.Count - LongestRepetition);
        }
    }

    /// <summary>Moves the beginning of the sound that is kept, so far that it is no longer too long.</summary>
    private void Cut(List<TranscriptWord> words, TimeSpan end, ImmutableArray<TranscriptWord>.Builder final)
    {
        TimeSpan least = end - _longest;
        TimeSpan cut = _sentenceCut >= least ? _sentenceCut.Value : _cut;
        if (cut < least)
        {
            // Passes do not agree, or nobody speaks. The half that has been heard most often is as good as it gets.
            TimeSpan half = end - (_longest / 2);
            Finish(words, words.TakeWhile(word => word.End <= half).Count(), final);
            cut = _cut > least ? _cut : half;
        }

        _keepFrom = cut > _keepFrom ? cut : _keepFrom;
    }
}
