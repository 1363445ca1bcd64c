using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// The unigram language model of subwords (Kudo 2018, <see href="https://arxiv.org/abs/1804.10959"/>) as Hugging Face's tokenizers do it: of all ways to cut
/// a word into pieces the one with the greatest sum of scores, in 64-bit numbers, and the first of those that are equal.
/// </summary>
/// <remarks>SentencePiece adds 32-bit numbers: where two ways are as good as equal it may take the other one.</remarks>
internal sealed class UnigramModel : SubwordModel
{
    /// <summary>How much less than the least of all pieces an unknown character scores.</summary>
    private const double UnknownPenalty = 10;

    /// <summary>The most bytes of a piece, so that no vocabulary makes the time of a text more than that of so many tries at each of its bytes.</summary>
    public const int LongestPiece = 1024;

    private readonly PieceTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly int[]? _tokenOfFallbackByte;

    /// <summary>Creates a model.</summary>
    /// <param name="trie">The pieces and their tokens.</param>
    /// <param name="scores">The score of each token.</param>
    /// <param name="unknown">The unknown token.</param>
    /// <param name="tokenOfFallbackByte">The token of each byte of unknown text, or <see langword="null"/> where that becomes the unknown token.</param>
    public UnigramModel(PieceTrie trie, double[] scores, int unknown, int[]? tokenOfFallbackByte)
    {
        _trie = trie;
        _scores = scores;
        _unknown = unknown;
        _tokenOfFallbackByte = tokenOfFallbackByte;
        double least = double.PositiveInfinity;
        foreach (double score in scores)
        {
            least = Math.Min(least, score);
        }

        _unknownScore = least - UnknownPenalty;
    }

    public override void Encode(ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        ReadOnlySpan<byte> word = text[start..end];
        Span<UnigramNode> best = workspace.Nodes(word.Length + 1);
        best.Clear();
        for (int position = 0, length; position < word.Length; position += length)
        {
            length = CharacterLength(word[position]);
            double score = best[position].Score;
            bool isKnown = false;
            int node = PieceTrie.Root;
            for (int next = position; next < word.Length;)
            {
                node = _trie.Child(node, word[next++]);
                if (node == PieceTrie.None)
                {
                    break;
                }

                int token = _trie.PieceAt(node);
                if (token != PieceTrie.None)
                {
                    best[next].Offer(score + _scores[token], position, token);
                    isKnown |= next == position + length;
                }
            }

            if (!isKnown)
            {
                best[position + length].Offer(score + _unknownScore, position, _unknown);
            }
        }

        int first = workspace.Count;
        for (int last = word.Length, from; last > 0; last = from)
        {
            int token = best[last].Token;
            from = best[last].Start;
            if (token != _unknown)
            {
                workspace.Add(token, start + from, start + last);
                continue;
            }

            while (from > 0 && best[from].Token == _unknown)
            {
                from = best[from].Start;
            }

            AddUnknown(text, start + from, start + last, workspace);
        }

        workspace.Reverse(first);
    }

    /// <summary>Appends what unknown text becomes, from its end.</summary>
    private void AddUnknown(ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        // The unknown characters together, or the unknown piece itself, may be a piece.
        int token = _trie.Find(text[start..end]);
        if (token != PieceTrie.None || _tokenOfFallbackByte is null)
        {
            workspace.Add(token == PieceTrie.None ? _unknown : token, start, end);
            return;
        }

        for (int position = end - 1; position >= start; position--)
        {
            workspace.Add(_tokenOfFallbackByte[text[position]], position, position + 1);
        }
    }
}

/// <summary>The best way to cut a word up to a place: where the last piece starts, and which it is.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct UnigramNode
{
    private bool _isReached;

    /// <summary>The sum of scores.</summary>
    public double Score { get; private set; }

    /// <summary>Where the last piece starts.</summary>
    public int Start { get; private set; }

    /// <summary>The token of the last piece.</summary>
    public int Token { get; private set; }

    /// <summary>Takes another way, if it is better or the first.</summary>
    public void Offer(double score, int start, int token)
    {
        if (!_isReached || score > Score)
        {
            (_isReached, Score, Start, Token) = (true, score, start, token);
        }
    }
}
