namespace KernelGen.Text;

/// <summary>The ways to cut parts of a corpus into pieces.</summary>
/// <remarks>
/// Sums over all ways are computed with probabilities, not with their logarithms: where all of those that are still needed have become small, they are
/// multiplied by a power of two, and it is counted how often.
/// </remarks>
/// <param name="corpus">The corpus.</param>
/// <param name="longestAt">The longest piece that each place begins with, or -1.</param>
/// <param name="arcs">The pieces, with probabilities for <see cref="Expect"/>, with their logarithms for everything else.</param>
/// <param name="unknown">The same of a character that is no piece.</param>
/// <param name="reach">The most characters of a piece.</param>
internal sealed class UnigramLattice(PieceCorpus corpus, int[] longestAt, UnigramLattice.Arc[] arcs, double unknown, int reach)
{
    private const int ScaleBits = 100;

    private static readonly double Scale = Math.ScaleB(1, ScaleBits);
    private static readonly double Small = Math.ScaleB(1, -ScaleBits);

    private double[] _before = [];
    private double[] _after = [];
    private int[] _scalings = [];
    private int[] _last = [];

    /// <summary>Adds how often each piece is to be expected in a part of the corpus, by the forward-backward algorithm.</summary>
    /// <param name="part">The part.</param>
    /// <param name="counts">What is added to.</param>
    public void Expect(int part, double[] counts)
    {
        ReadOnlySpan<int> longest = Reserve(part);
        Span<double> before = _before.AsSpan(0, longest.Length + 1);
        Span<double> after = _after.AsSpan(0, longest.Length + 1);
        before.Clear();
        before[0] = 1;
        int scalings = 0;
        for (int start = 0; start < longest.Length; start++)
        {
            scalings += Rescale(before[start..Math.Min(before.Length, start + reach)]);
            _scalings[start] = scalings;
            double sum = before[start];
            bool hasCharacter = false;
            for (int piece = longest[start]; piece >= 0;)
            {
                ref readonly Arc arc = ref arcs[piece];
                before[start + arc.Length] += sum * arc.Weight;
                hasCharacter |= arc.Length == 1;
                piece = arc.Parent;
            }

            before[start + 1] += hasCharacter ? 0 : sum * unknown;
        }

        double all = before[^1];
        after[^1] = 1;
        for (int start = longest.Length - 1; start >= 0; start--)
        {
            double share = corpus.Weights[part] * (before[start] / all);
            share = scalings == _scalings[start] ? share : Math.ScaleB(share, ScaleBits * (scalings - _scalings[start]));
            double sum = 0;
            bool hasCharacter = false;
            for (int piece = longest[start]; piece >= 0;)
            {
                ref readonly Arc arc = ref arcs[piece];
                double ways = arc.Weight * after[start + arc.Length];
                counts[piece] += share * ways;
                sum += ways;
                hasCharacter |= arc.Length == 1;
                piece = arc.Parent;
            }

            after[start] = sum + (hasCharacter ? 0 : unknown * after[start + 1]);

            // What has been multiplied on this side has not been on the other.
            scalings -= Rescale(after[start..Math.Min(after.Length, start + reach)]);
        }
    }

    /// <summary>Adds how often each piece is in the best way to cut a part of the corpus, by Viterbi's algorithm.</summary>
    /// <param name="part">The part.</param>
    /// <param name="counts">What is added to.</param>
    public void CountBest(int part, double[] counts)
    {
        ReadOnlySpan<int> longest = Reserve(part);
        FindBest(longest, except: -1);
        for (int end = longest.Length; end > 0; end -= LengthOf(_last[end]))
        {
            if (_last[end] >= 0)
            {
                counts[_last[end]] += corpus.Weights[part];
            }
        }
    }

    /// <summary>Finds the best way to cut a piece into others.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="place">A place in the corpus where it is.</param>
    /// <param name="others">Receives the others; -1 for a character that is no piece.</param>
    /// <returns>Their score.</returns>
    public double FindAlternative(int piece, int place, List<int> others)
    {
        ReadOnlySpan<int> longest = longestAt.AsSpan(place, arcs[piece].Length);
        ReserveFor(longest.Length);
        FindBest(longest, except: piece);
        others.Clear();
        for (int end = longest.Length; end > 0; end -= LengthOf(_last[end]))
        {
            others.Add(_last[end]);
        }

        return _before[longest.Length];
    }

    /// <summary>The best way to each place, without one of the pieces.</summary>
    private void FindBest(ReadOnlySpan<int> longest, int except)
    {
        Span<double> scores = _before.AsSpan(0, longest.Length + 1);
        scores.Fill(double.NegativeInfinity);
        scores[0] = 0;
        for (int start = 0; start < longest.Length; start++)
        {
            bool hasCharacter = false;
            for (int piece = longest[start]; piece >= 0; piece = arcs[piece].Parent)
            {
                ref readonly Arc arc = ref arcs[piece];
                hasCharacter |= arc.Length == 1;
                if (piece != except)
                {
                    Offer(scores, start, arc.Length, arc.Weight, piece);
                }
            }

            if (!hasCharacter)
            {
                Offer(scores, start, 1, unknown, -1);
            }
        }
    }

    private void Offer(Span<double> scores, int start, int length, double weight, int piece)
    {
        // Within a piece, others may go on behind its end.
        int end = start + length;
        if (end < scores.Length && scores[start] + weight > scores[end])
        {
            scores[end] = scores[start] + weight;
            _last[end] = piece;
        }
    }

    private int LengthOf(int piece) => piece < 0 ? 1 : arcs[piece].Length;

    /// <summary>Multiplies sums if all are small. There is always one that is not zero.</summary>
    /// <param name="sums">The sums that are still needed.</param>
    /// <returns>How often they were multiplied.</returns>
    private static int Rescale(Span<double> sums)
    {
        int count = 0;
        while (sums[0] < Small && Largest(sums) < Small)
        {
            foreach (ref double sum in sums)
            {
                sum *= Scale;
            }

            count++;
        }

        return count;
    }

    private static double Largest(ReadOnlySpan<double> sums)
    {
        double largest = 0;
        foreach (double sum in sums)
        {
            largest = Math.Max(largest, sum);
        }

        return largest;
    }

    private ReadOnlySpan<int> Reserve(int part)
    {
        ReadOnlySpan<int> longest = longestAt.AsSpan(corpus.Starts[part]..corpus.Starts[part + 1]);
        ReserveFor(longest.Length);
        return longest;
    }

    private void ReserveFor(int length)
    {
        if (_before.Length <= length)
        {
            _before = new double[(2 * length) + 1];
            _after = new double[_before.Length];
            _scalings = new int[_before.Length];
            _last = new int[_before.Length];
        }
    }

    /// <summary>A piece, where the ways go along it.</summary>
    /// <param name="Parent">The longest other piece that it begins with, or -1.</param>
    /// <param name="Length">Its symbols.</param>
    /// <param name="Weight">Its probability, or the logarithm of it.</param>
    internal readonly record struct Arc(int Parent, int Length, double Weight);
}
