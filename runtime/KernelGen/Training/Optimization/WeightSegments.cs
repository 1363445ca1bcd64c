namespace KernelGen.Training;

/// <summary>
/// What is trained, cut into segments that lie in a core's cache, and these into pieces of work. How it is cut depends on the model alone, so that sums over segments have the same
/// bits with any number of threads.
/// </summary>
internal sealed class WeightSegments
{
    /// <summary>The longest segment, in floats: four blocks of so many fill half of a second-level cache of 512 KiB.</summary>
    private const int Longest = 1 << 14;

    private readonly List<WeightSegment> _segments = [];
    private readonly List<int> _pieces = [0];

    /// <summary>Cuts ranges into segments.</summary>
    /// <param name="ranges">The ranges.</param>
    /// <param name="frozen">Patterns of the names that are not trained.</param>
    /// <param name="decaying">Patterns of the names that decay, none for all matrices; <see langword="null"/> where nothing does.</param>
    public WeightSegments(IReadOnlyList<ParameterRange> ranges, IReadOnlyList<string> frozen, IReadOnlyList<string>? decaying)
    {
        int floats = 0;
        foreach (ParameterRange range in ranges)
        {
            if (NamePatterns.Match(frozen, range.Names))
            {
                continue;
            }

            bool decays = decaying is not null && (decaying.Count == 0 ? range.IsMatrix : NamePatterns.Match(decaying, range.Names));
            for (long done = 0; done < range.Length; done += Longest)
            {
                int length = (int)Math.Min(Longest, range.Length - done);
                if (floats + length > Longest)
                {
                    _pieces.Add(_segments.Count);
                    floats = 0;
                }

                _segments.Add(new WeightSegment(range, range.Offset + done, length, decays));
                floats += length;
            }
        }

        _pieces.Add(_segments.Count);
    }

    /// <summary>The segments, in the order of memory.</summary>
    public IReadOnlyList<WeightSegment> All => _segments;

    /// <summary>The number of pieces of work.</summary>
    public int Pieces => _pieces.Count - 1;

    /// <summary>The segments of a piece of work.</summary>
    public (int First, int End) OfPiece(int piece) => (_pieces[piece], _pieces[piece + 1]);
}

/// <summary>A part of a range.</summary>
/// <param name="Range">The range.</param>
/// <param name="Offset">Where it begins, in floats.</param>
/// <param name="Length">How many floats.</param>
/// <param name="Decays">Whether its weights decay.</param>
internal readonly record struct WeightSegment(ParameterRange Range, long Offset, int Length, bool Decays);
