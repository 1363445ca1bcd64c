using KernelGen.Numerics;

namespace KernelGen.Text;

/// <summary>
/// Makes the pieces of a unigram model as SentencePiece does (Kudo 2018, <see href="https://arxiv.org/abs/1804.10959"/>): from a great many texts those are
/// dropped, a quarter at a time, without which the corpus is least less probable, and between times the probabilities are fitted to the corpus.
/// </summary>
internal sealed class UnigramTrainer
{
    /// <summary>As many as SentencePiece begins with.</summary>
    private const int MostSeeds = 1_000_000;

    private const int FittingsBetweenDrops = 2;
    private const double Kept = 0.75;

    /// <summary>How many pieces more than asked for are fitted, before the last are chosen by their probability.</summary>
    private const double Surplus = 1.1;

    /// <summary>A piece that is to be expected less often than this in the whole corpus is none.</summary>
    private const double LeastExpected = 0.5;

    /// <summary>How much worse than every piece an unknown character is.</summary>
    private const double UnknownPenalty = 10;

    /// <summary>In as many shares the corpus is gone through, each with sums of its own: the number of processors changes no bit.</summary>
    private const int Shares = 8;

    /// <summary>How many parts are gone through between two looks at whether to go on.</summary>
    private const int BetweenLooks = 1 << 8;

    /// <summary>What tells characters apart that are pieces only because they must be.</summary>
    private const double RareCharacterStep = 0.0001;

    private readonly PieceCorpus _corpus;
    private readonly CancellationToken _cancellationToken;

    /// <summary>The longest piece that each place of the corpus begins with, or -1.</summary>
    private readonly int[] _longestAt;

    /// <summary>The pieces. One comes after those that it begins with.</summary>
    private Piece[] _pieces;

    private UnigramTrainer(PieceCorpus corpus, FrequentSubstrings seeds, CancellationToken cancellationToken)
    {
        _corpus = corpus;
        _cancellationToken = cancellationToken;
        _longestAt = seeds.LongestAt;
        _pieces = new Piece[seeds.Parents.Length];
        double all = DeterministicMath.Log(seeds.Scores.Sum(static score => (double)score));
        for (int i = 0; i < _pieces.Length; i++)
        {
            _pieces[i] = new Piece(seeds.Parents[i], seeds.Lengths[i], seeds.Places[i], DeterministicMath.Log(seeds.Scores[i]) - all);
        }
    }

    /// <summary>Makes pieces.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="longest">The most characters of a piece.</param>
    /// <param name="count">How many pieces are wanted.</param>
    /// <param name="special">How many special pieces the model has besides.</param>
    /// <param name="cancellationToken">A token to give up.</param>
    /// <returns>The pieces, the most probable first; fewer than wanted, where there are no more.</returns>
    public static List<(string Text, float Score)> Train(PieceCorpus corpus, int longest, int count, int special, CancellationToken cancellationToken)
    {
        var trainer = new UnigramTrainer(corpus, new FrequentSubstrings(corpus, longest, MostSeeds, cancellationToken), cancellationToken);
        int surplus = (int)(Surplus * (count + special));
        while (true)
        {
            for (int i = 0; i < FittingsBetweenDrops; i++)
            {
                trainer.Fit();
            }

            if (trainer._pieces.Length <= surplus)
            {
                return trainer.Choose(count);
            }

            trainer.Drop(surplus);
        }
    }

    /// <summary>
    /// One step of expectation maximisation. As in SentencePiece, the digamma function in place of the logarithm makes what is rare rarer (Liang and Klein 2007,
    /// <see href="https://cs.stanford.edu/~pliang/papers/tutorial-acl2007-talk.pdf"/>).
    /// </summary>
    private void Fit()
    {
        double[] expected = InShares(Lattice(DeterministicMath.Exp), static (lattice, part, counts) => lattice.Expect(part, counts));
        double all = 0;
        foreach (double count in expected)
        {
            all += count >= LeastExpected ? count : 0;
        }

        double logarithm = Digamma(all);
        bool[] isKept = new bool[_pieces.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            isKept[i] = expected[i] >= LeastExpected;
            _pieces[i].Score = isKept[i] ? Digamma(expected[i]) - logarithm : 0;
        }

        Keep(isKept);
    }

    /// <summary>Drops pieces, but no more than a quarter of them.</summary>
    /// <param name="least">How many to keep at least.</param>
    private void Drop(int least)
    {
        Func<UnigramLattice> newLattice = Lattice(static score => score);
        double[] counts = InShares(newLattice, static (lattice, part, counts) => lattice.CountBest(part, counts));
        double all = counts.Sum();
        double logarithm = DeterministicMath.Log(all);
        bool[] isKept = new bool[_pieces.Length];
        var candidates = new List<(int Piece, double Loss)>();
        int kept = 0;
        double unknown = UnknownScore();
        UnigramLattice lattice = newLattice();
        var others = new List<int>();
        for (int i = 0; i < _pieces.Length; i++)
        {
            if (counts[i] == 0)
            {
                continue;
            }

            Piece piece = _pieces[i];
            if (piece.Length == 1)
            {
                isKept[i] = true;
                kept++;
                continue;
            }

            if (lattice.FindAlternative(i, piece.Place, others) > piece.Score)
            {
                // The corpus is cut into these anyway.
                continue;
            }

            // All of its places go to the pieces that it would be cut into.
            double logarithmWithout = DeterministicMath.Log(all + (counts[i] * (others.Count - 1)));
            double without = 0;
            foreach (int other in others)
            {
                without += other < 0 ? unknown : DeterministicMath.Log(counts[other] + counts[i]) - logarithmWithout;
            }

            candidates.Add((i, counts[i] * (DeterministicMath.Log(counts[i]) - logarithm - without)));
        }

        int size = Math.Max(least, (int)(Kept * _pieces.Length));
        candidates.Sort(static (one, other) => one.Loss != other.Loss ? other.Loss.CompareTo(one.Loss) : one.Piece.CompareTo(other.Piece));
        foreach ((int piece, _) in candidates.Take(Math.Max(0, size - kept)))
        {
            isKept[piece] = true;
        }

        Keep(isKept);
    }

    /// <summary>The characters, and of the other pieces the most probable ones.</summary>
    private List<(string Text, float Score)> Choose(int count)
    {
        double least = _pieces.Length == 0 ? 0 : _pieces.Min(static piece => piece.Score);
        float[] ofCharacter = new float[_corpus.Alphabet.Length];
        Array.Fill(ofCharacter, float.NaN);
        var longer = new List<(string Text, float Score)>();
        foreach (Piece piece in _pieces)
        {
            if (piece.Length == 1)
            {
                ofCharacter[_corpus.Symbols[piece.Place]] = (float)piece.Score;
            }
            else
            {
                longer.Add((_corpus.TextOf(_corpus.Symbols.AsSpan(piece.Place, piece.Length)), (float)piece.Score));
            }
        }

        var chosen = new List<(string Text, float Score)>();
        double penalty = 0;
        foreach (int symbol in _corpus.SymbolsByCount())
        {
            float score = ofCharacter[symbol];
            if (float.IsNaN(score))
            {
                score = (float)(least + penalty);
                penalty += RareCharacterStep;
            }

            chosen.Add((_corpus.TextOf([symbol]), score));
        }

        longer.Sort(ByScore);
        chosen.AddRange(longer.Take(count - chosen.Count));
        chosen.Sort(ByScore);
        return chosen;

        static int ByScore((string Text, float Score) one, (string Text, float Score) other) =>
            one.Score != other.Score ? other.Score.CompareTo(one.Score) : string.CompareOrdinal(one.Text, other.Text);
    }

    /// <summary>The ways to cut the corpus, for one thread at a time.</summary>
    private Func<UnigramLattice> Lattice(Func<double, double> weightOf)
    {
        var arcs = new UnigramLattice.Arc[_pieces.Length];
        int reach = 1;
        for (int i = 0; i < arcs.Length; i++)
        {
            arcs[i] = new UnigramLattice.Arc(_pieces[i].Parent, _pieces[i].Length, weightOf(_pieces[i].Score));
            reach = Math.Max(reach, _pieces[i].Length);
        }

        double unknown = weightOf(UnknownScore());
        return () => new UnigramLattice(_corpus, _longestAt, arcs, unknown, reach);
    }

    /// <summary>Counts pieces in all parts of the corpus.</summary>
    private double[] InShares(Func<UnigramLattice> newLattice, Action<UnigramLattice, int, double[]> count)
    {
        double[][] counts = new double[Shares][];
        Parallel.For(0, Shares, new ParallelOptions { CancellationToken = _cancellationToken }, share =>
        {
            UnigramLattice lattice = newLattice();
            counts[share] = new double[_pieces.Length];
            int end = FirstPart(share + 1);
            for (int part = FirstPart(share); part < end; part++)
            {
                if (part % BetweenLooks == 0)
                {
                    _cancellationToken.ThrowIfCancellationRequested();
                }

                count(lattice, part, counts[share]);
            }
        });
        double[] sums = counts[0];
        foreach (double[] ofShare in counts.AsSpan(1))
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += ofShare[i];
            }
        }

        return sums;

        // Each share has as many symbols.
        int FirstPart(int share)
        {
            int found = Array.BinarySearch(_corpus.Starts, (int)((long)_corpus.Symbols.Length * share / Shares));
            return found < 0 ? ~found : found;
        }
    }

    private double UnknownScore() => (_pieces.Length == 0 ? 0 : _pieces.Min(static piece => piece.Score)) - UnknownPenalty;

    /// <summary>Keeps some of the pieces, and gives them the numbers from 0 on.</summary>
    private void Keep(bool[] isKept)
    {
        // Of each piece, itself or the longest of those that it begins with that is kept.
        int[] heirs = new int[_pieces.Length];
        int count = 0;
        for (int i = 0; i < _pieces.Length; i++)
        {
            Piece piece = _pieces[i];
            int parent = piece.Parent < 0 ? -1 : heirs[piece.Parent];
            heirs[i] = parent;
            if (isKept[i])
            {
                piece.Parent = parent;
                heirs[i] = count;
                _pieces[count++] = piece;
            }
        }

        Array.Resize(ref _pieces, count);
        for (int place = 0; place < _longestAt.Length; place++)
        {
            int longest = _longestAt[place];
            _longestAt[place] = longest < 0 ? -1 : heirs[longest];
        }
    }

    /// <summary>The derivative of the logarithm of the gamma function, by its recurrence and its asymptotic series (Bernardo 1976, <see href="https://doi.org/10.2307/2347257"/>).</summary>
    private static double Digamma(double x)
    {
        double result = 0;
        for (; x < 7; x++)
        {
            result -= 1 / x;
        }

        double square = 1 / (x * x);
        return result + DeterministicMath.Log(x) - (0.5 / x) - (square * ((1.0 / 12) - (square * ((1.0 / 120) - (square * ((1.0 / 252) - (square * (1.0 / 240))))))));
    }

    /// <summary>A text that may be a piece.</summary>
    /// <param name="parent">The longest other piece that it begins with, or -1.</param>
    /// <param name="length">Its symbols.</param>
    /// <param name="place">A place in the corpus where it is.</param>
    /// <param name="score">The logarithm of its probability.</param>
    internal struct Piece(int parent, int length, int place, double score)
    {
        public int Parent = parent;
        public int Length = length;
        public int Place = place;
        public double Score = score;
    }
}
