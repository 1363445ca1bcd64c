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
        for (int piece = 0; piece < _scores.Length; piece++)
        {
            PieceType type = model.TypeOf(piece);
            _scores[piece] = type == PieceType.UserDefined ? (model.PieceOf(piece).Length * most) - 0.1 : model.ScoreOf(piece);
            _isUsed[piece] = type != PieceType.Unused;
        }
    }

    /// <inheritdoc/>
    public override void Cut(ReadOnlySpan<byte> text, ref RentedBuffer<Segment> segments)
    {
        using var buffer = new RentedBuffer<Arrival>(text.Length + 1);
        Span<Arrival> arrivals = buffer.Append(text.Length + 1);
        arrivals.Fill(new Arrival(0, PieceTrie.None, PieceTrie.None));
        FindBest(text, arrivals);

        int first = segments.Count;
        for (int end = text.Length; end > 0; end = arrivals[end].Start)
        {
            segments.Add(new Segment(arrivals[end].Piece, arrivals[end].Start, end - arrivals[end].Start));
        }

        segments.Items[first..].Reverse();
    }

    private void FindBest(ReadOnlySpan<byte> text, Span<Arrival> arrivals)
    {
        PieceTrie pieces = _pieces;
        int characterEnd;
        for (int start = 0; start < text.Length; start = characterEnd)
        {
            float score = arrivals[start].Score;
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
                    double candidate = _scores[piece] + score;
                    ref Arrival arrival = ref arrivals[end];
                    if (arrival.Start == PieceTrie.None || candidate > arrival.Score)
                    {
                        arrival = new Arrival((float)candidate, start, piece);
                    }
                }
            }

            if (!hasCharacter)
            {
                float candidate = _unknownScore + score;
                ref Arrival arrival = ref arrivals[characterEnd];
                if (arrival.Start == PieceTrie.None || candidate > arrival.Score)
                {
                    arrival = new Arrival(candidate, start, _unknown);
                }
            }
        }
    }

    /// <summary>The best path to a place in the text.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Arrival(float score, int start, int piece)
    {
        /// <summary>Its score.</summary>
        public readonly float Score = score;

        /// <summary>Where its last piece starts; <see cref="PieceTrie.None"/> where there is no path yet.</summary>
        public readonly int Start = start;

        /// <summary>Its last piece.</summary>
        public readonly int Piece = piece;
    }
}
