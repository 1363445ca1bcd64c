using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// The most probable pieces of a text by Viterbi's algorithm (Kudo 2018, <see href="https://arxiv.org/abs/1804.10959"/>), in the arithmetic of SentencePiece's
/// own encoder: the best path to a place is kept in single precision, and what is compared with it is not rounded yet.
/// </summary>
internal sealed class UnigramSegmentation : Segmentation
{
    /// <summary>How much worse than every piece an unknown character is.</summary>
    private const float UnknownPenalty = 10;

    private readonly PieceTrie _pieces;
    private readonly double[] _scores;
    private readonly bool[] _isUsed;
    private readonly float _unknownScore;
    private readonly int _unknown;

    public UnigramSegmentation(SentencePieceModel model, PieceVocabulary vocabulary)
    {
        _pieces = vocabulary.Pieces;
        _unknown = model.UnknownToken;
        float least = float.MaxValue;

        // The least positive number, as there; scores are logarithms, so that in most models it is what counts.
        float most = 1.17549435e-38f;
        for (int piece = 0; piece < model.PieceCount; piece++)
        {
            if (model.TypeOf(piece) == PieceType.Normal)
            {
                least = Math.Min(least, model.ScoreOf(piece));
                most = Math.Max(most, model.ScoreOf(piece));
            }
        }

        _unknownScore = least - UnknownPenalty;
        _scores = new double[model.PieceCount];
        _isUsed = new bool[model.PieceCount];
        bool cutsBeforeSpace = true;
        bool cutsAfterSpace = true;
        for (int piece = 0; piece < _scores.Length; piece++)
        {
            PieceType type = model.TypeOf(piece);
            _scores[piece] = type == PieceType.UserDefined ? (model.PieceOf(piece).Length * most) - 0.1 : model.ScoreOf(piece);
            _isUsed[piece] = type != PieceType.Unused;
            if (type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused)
            {
                CheckSpaces(model.PieceOf(piece), ref cutsBeforeSpace, ref cutsAfterSpace);
            }
        }

        // No text is the unknown piece by itself, and whatever is unknown scores so. Added as 64-bit numbers and rounded it is the sum of 32-bit ones.
        _scores[_unknown] = _unknownScore;
        Scores = _scores;
        Words = cutsBeforeSpace ? new WordTable() : null;
    }

    /// <inheritdoc/>
    public override void CutPart(ReadOnlySpan<byte> text, int start, ref float score, ref RentedBuffer<Segment> segments)
    {
        ReadOnlySpan<byte> part = text[start..];
        using var buffer = new RentedBuffer<Arrival>(part.Length + 1);
        Span<Arrival> arrivals = buffer.Append(part.Length + 1);
        arrivals.Fill(new Arrival { Start = PieceTrie.None });
        arrivals[0].Score = score;
        FindBest(part, arrivals);

        int first = segments.Count;
        for (int end = part.Length; end > 0; end = arrivals[end].Start)
        {
            segments.Add(new Segment(arrivals[end].Piece, start + arrivals[end].Start, end - arrivals[end].Start));
        }

        segments.Items[first..].Reverse();
        score = arrivals[^1].Score;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// In exact arithmetic the score before a word changes nothing in it. Rounding does: it moves a score of a magnitude of M by M / 2^24 at most. Each step
    /// to a place adds two such errors, one by rounding the score and one by comparing it with one that is not rounded yet; there are at most as many steps as
    /// bytes, n, so that two ways that are compared are at most 4 n + 2 errors nearer to each other than they should be. A decision on the best way that is
    /// won by more is won after any score for which M, the sum of its magnitude and of the greatest in the word, is small enough.
    /// </remarks>
    protected override float LimitOf(ReadOnlySpan<byte> word)
    {
        const double Precision = 1 << 24;
        const double Huge = 1e30;
        Span<ExactArrival> arrivals = stackalloc ExactArrival[PieceText.Space.Length + WordKey.LongestWord + 1];
        arrivals = arrivals[..(word.Length + 1)];
        arrivals.Fill(new ExactArrival { Start = PieceTrie.None, SecondScore = double.NegativeInfinity });
        FindBest(word, arrivals);

        double margin = double.PositiveInfinity;
        for (int end = word.Length; end > 0; end = arrivals[end].Start)
        {
            margin = Math.Min(margin, arrivals[end].Score - arrivals[end].SecondScore);
        }

        double greatest = 1;
        foreach (ref readonly ExactArrival arrival in arrivals)
        {
            greatest = Math.Max(greatest, arrival.Magnitude);
        }

        // A tenth is left for the errors of the errors, and those of this sum itself; far from the greatest number nothing becomes infinite.
        double limit = (0.9 * margin * Precision / ((4 * word.Length) + 4)) - greatest - 1;
        return greatest < Huge ? (float)Math.Min(limit, Huge) : -1;
    }

    private void FindBest<TArrival>(ReadOnlySpan<byte> text, Span<TArrival> arrivals)
        where TArrival : struct, IArrival<TArrival>
    {
        PieceTrie pieces = _pieces;
        double[] scores = _scores;
        int characterEnd;
        for (int start = 0; start < text.Length; start = characterEnd)
        {
            TArrival before = arrivals[start];
            characterEnd = start + Utf8Text.CharacterLength(text[start..]);
            bool hasCharacter = false;
            int node = PieceTrie.Root;
            for (int end = start; end < text.Length;)
            {
                node = pieces.Child(node, text[end++]);
                if (node == PieceTrie.None)
                {
                    break;
                }

                int piece = pieces.PieceAt(node);
                if (piece != PieceTrie.None && _isUsed[piece])
                {
                    hasCharacter |= end == characterEnd;
                    arrivals[end].Offer(before, scores[piece], start, piece);
                }
            }

            if (!hasCharacter)
            {
                arrivals[characterEnd].OfferUnknown(before, _unknownScore, start, _unknown);
            }
        }
    }

    /// <summary>The best way to a place in the text.</summary>
    private interface IArrival<TArrival>
    {
        /// <summary>Takes another way, if it is better or the first.</summary>
        /// <param name="before">The best way to where its last piece starts.</param>
        /// <param name="score">The score of that piece.</param>
        /// <param name="start">Where it starts.</param>
        /// <param name="piece">The piece.</param>
        void Offer(in TArrival before, double score, int start, int piece);

        /// <summary>The same with an unknown character, whose score is rounded before it is compared.</summary>
        void OfferUnknown(in TArrival before, float score, int start, int piece);
    }

    /// <summary>In the arithmetic of SentencePiece.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Arrival : IArrival<Arrival>
    {
        /// <summary>Its score.</summary>
        public float Score;

        /// <summary>Where its last piece starts; <see cref="PieceTrie.None"/> where there is no way yet.</summary>
        public int Start;

        /// <summary>Its last piece.</summary>
        public int Piece;

        public void Offer(in Arrival before, double score, int start, int piece)
        {
            double candidate = score + before.Score;
            if (Start == PieceTrie.None || candidate > Score)
            {
                (Score, Start, Piece) = ((float)candidate, start, piece);
            }
        }

        public void OfferUnknown(in Arrival before, float score, int start, int piece)
        {
            float candidate = score + before.Score;
            if (Start == PieceTrie.None || candidate > Score)
            {
                (Score, Start, Piece) = (candidate, start, piece);
            }
        }
    }

    /// <summary>In numbers whose errors do not count, and what is known of the others that were not taken.</summary>
    private struct ExactArrival : IArrival<ExactArrival>
    {
        /// <summary>Its score.</summary>
        public double Score;

        /// <summary>The best score of the ways to the same place that end otherwise.</summary>
        public double SecondScore;

        /// <summary>The greatest magnitude of all scores of ways to the place.</summary>
        public double Magnitude;

        /// <summary>Where its last piece starts; <see cref="PieceTrie.None"/> where there is no way yet.</summary>
        public int Start;

        public void Offer(in ExactArrival before, double score, int start, int piece)
        {
            double candidate = score + before.Score;
            Magnitude = Math.Max(Magnitude, Math.Abs(candidate));
            if (Start == PieceTrie.None || candidate > Score)
            {
                SecondScore = Start == PieceTrie.None ? double.NegativeInfinity : Score;
                (Score, Start) = (candidate, start);
            }
            else
            {
                SecondScore = Math.Max(SecondScore, candidate);
            }
        }

        public void OfferUnknown(in ExactArrival before, float score, int start, int piece) => Offer(before, score, start, piece);
    }
}
