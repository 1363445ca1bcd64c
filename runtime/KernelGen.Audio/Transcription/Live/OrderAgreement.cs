using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>
/// Tells which words of a live sound are final where the model gives words no times: the sound is heard from the same place each time, and words count by their order. The last word of a pass, which
/// may be cut off, is never one that is agreed on. A sound that is longer than what is kept is cut where it is quietest, and what is before is heard once more, for the last time.
/// </summary>
/// <param name="longest">The samples of the longest sound that is kept.</param>
/// <param name="start">Where the sound begins.</param>
internal sealed class OrderAgreement(int longest, TimeSpan start) : IWordAgreement
{
    private TimeSpan _start = start;
    private ImmutableArray<TranscriptWord> _tentative = [];

    /// <summary>How many words of the sound are final.</summary>
    private int _final;

    /// <summary>Where a sound is to be cut.</summary>
    /// <param name="samples">The sound that is kept.</param>
    /// <returns>A number of samples, or <see langword="null"/> where it is not too long.</returns>
    public int? PlaceToCut(ReadOnlySpan<float> samples) => samples.Length <= longest ? null : Quietness.QuietestPlace(samples, longest * 2 / 3, longest);

    /// <inheritdoc/>
    public LiveWords Add(IReadOnlyList<TranscriptWord> words, TimeSpan end)
    {
        ArgumentNullException.ThrowIfNull(words);
        ImmutableArray<TranscriptWord> fresh = [.. words.Skip(_final)];
        int agreed = 0;
        while (agreed < fresh.Length - 1 && agreed < _tentative.Length && WordAgreement.IsSame(fresh[agreed], _tentative[agreed]))
        {
            agreed++;
        }

        _final += agreed;
        _tentative = fresh[agreed..];
        return new LiveWords(fresh[..agreed], _tentative, _start);
    }

    /// <summary>Takes the words of the last pass over what is before a cut, all of which are final.</summary>
    /// <param name="words">The words.</param>
    /// <param name="place">Where the sound is cut. The next pass begins there.</param>
    /// <returns>Those that were not final before.</returns>
    public ImmutableArray<TranscriptWord> Cut(IReadOnlyList<TranscriptWord> words, TimeSpan place)
    {
        ImmutableArray<TranscriptWord> rest = [.. words.Skip(_final)];

        // Of what is behind the cut, so many words were final before, and are heard once more.
        _final = Math.Max(0, _final - words.Count);
        _tentative = [];
        _start = place;
        return rest;
    }

    /// <inheritdoc/>
    public LiveWords Flush()
    {
        ImmutableArray<TranscriptWord> rest = _tentative;
        _tentative = [];
        _final += rest.Length;
        return new LiveWords(rest, [], _start);
    }
}
