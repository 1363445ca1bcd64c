using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// Byte pair encoding (Sennrich et al. 2016, <see href="https://arxiv.org/abs/1508.07909"/>) as SentencePiece does it: of all neighbours that are a piece
/// together, those of the highest score are merged first, the leftmost of several; user-defined symbols are merged with nothing.
/// </summary>
/// <remarks>
/// A text of n characters takes time in proportion to n log n at worst, because the pairs are in a heap; where no piece goes on over the border of a word, as
/// in most models, n is the length of a word.
/// </remarks>
internal sealed class BpeSegmentation : Segmentation
{
    /// <summary>The most symbols of which the next two to merge are found by looking at all: in a word it is sooner done than keeping a heap.</summary>
    private const int MostScanned = 24;

    /// <summary>In place of a rank: two that are no piece together.</summary>
    private const uint NoRank = uint.MaxValue;

    /// <summary>In place of a node: a symbol that is not merged.</summary>
    private const int Frozen = -2;

    private readonly PieceVocabulary _vocabulary;

    /// <summary>The rank of each piece: the higher its score, the lower.</summary>
    private readonly uint[] _ranks;

    /// <summary>Which of the unused pieces each piece is, and <see cref="PieceTrie.None"/> for others; empty where there are none.</summary>
    private readonly int[] _unused = [];
    private readonly int _unusedCount;

    /// <summary>Whether no piece has a space after something else, and whether none has something else after a space.</summary>
    private readonly bool _cutsBeforeSpace;
    private readonly bool _cutsAfterSpace;

    public BpeSegmentation(SentencePieceModel model, PieceVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _ranks = new uint[model.PieceCount];
        _cutsBeforeSpace = true;
        _cutsAfterSpace = true;
        for (int piece = 0; piece < _ranks.Length; piece++)
        {
            PieceType type = model.TypeOf(piece);
            if (type is PieceType.Unused)
            {
                if (_unused.Length == 0)
                {
                    _unused = new int[model.PieceCount];
                    Array.Fill(_unused, PieceTrie.None);
                }

                _unused[piece] = _unusedCount++;
            }

            _ranks[piece] = Rank(model.ScoreOf(piece));
            if (type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused)
            {
                CheckSpaces(model.PieceOf(piece), ref _cutsBeforeSpace, ref _cutsAfterSpace);
            }
        }

        // How an unused piece is taken apart depends on all of the text.
        _cutsBeforeSpace &= _unusedCount == 0;
        _cutsAfterSpace &= _unusedCount == 0;
        Words = _cutsBeforeSpace ? new WordTable() : null;
    }

    /// <inheritdoc/>
    public override void CutPart(ReadOnlySpan<byte> text, int start, ref float score, ref RentedBuffer<Segment> segments)
    {
        var symbols = new RentedBuffer<Symbol>(64);
        var merges = new RentedBuffer<Merge>(0);
        var leftLengths = new RentedBuffer<int>(_unusedCount);
        try
        {
            leftLengths.Append(_unusedCount).Clear();
            while (start < text.Length)
            {
                start = AddSymbols(text, start, ref symbols);
                if (symbols.Count <= MostScanned)
                {
                    MergeByScanning(text, ref symbols, leftLengths.Items);
                }
                else
                {
                    MergeByHeap(text, ref symbols, ref merges, leftLengths.Items);
                }

                foreach (ref readonly Symbol symbol in symbols.Items)
                {
                    if (_unusedCount > 0)
                    {
                        AddParts(text, symbol.Start, symbol.Length, leftLengths.Items, ref segments);
                        continue;
                    }

                    int piece = symbol.Node >= 0 ? _vocabulary.Pieces.PieceAt(symbol.Node) : PieceTrie.None;
                    if (piece == PieceTrie.None || _vocabulary.MayBeReserved(text[symbol.Start]))
                    {
                        piece = _vocabulary.Find(text.Slice(symbol.Start, symbol.Length));
                    }

                    segments.Add(new Segment(piece, symbol.Start, symbol.Length));
                }

                symbols.Count = 0;
            }
        }
        finally
        {
            symbols.Dispose();
            merges.Dispose();
            leftLengths.Dispose();
        }
    }

    /// <summary>A rank that is in the order of numbers, which for scores is the opposite of theirs.</summary>
    private static uint Rank(float score)
    {
        // Both zeros are one.
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        return (bits & 0x8000_0000) != 0 ? bits : ~bits & 0x7FFF_FFFF;
    }

    /// <summary>Adds the characters and user-defined symbols of a text up to the next border that no piece goes over.</summary>
    /// <returns>Where that border is.</returns>
    private int AddSymbols(ReadOnlySpan<byte> text, int start, ref RentedBuffer<Symbol> symbols)
    {
        PieceTrie pieces = _vocabulary.Pieces;
        bool? afterSpace = null;
        while (start < text.Length)
        {
            ReadOnlySpan<byte> rest = text[start..];
            bool isSpace = rest.StartsWith(PieceText.Space);
            if (afterSpace is { } was && was != isSpace && (isSpace ? _cutsBeforeSpace : _cutsAfterSpace))
            {
                break;
            }

            int length = _vocabulary.UserDefined?.LongestPrefix(rest) ?? 0;
            int node = Frozen;
            if (length == 0)
            {
                length = Utf8Text.CharacterLength(rest);
                node = pieces.Walk(PieceTrie.Root, rest[..length]);
            }

            symbols.Add(new Symbol(symbols.Count - 1, symbols.Count + 1, start, length, node));
            afterSpace = rest[..length].EndsWith(PieceText.Space);
            start += length;
        }

        symbols[symbols.Count - 1].Next = PieceTrie.None;
        return start;
    }

    private void MergeByScanning(ReadOnlySpan<byte> text, ref RentedBuffer<Symbol> symbols, Span<int> leftLengths)
    {
        // Of each symbol and the next.
        Span<uint> ranks = stackalloc uint[MostScanned];
        Span<int> nodes = stackalloc int[MostScanned];
        Span<Symbol> all = symbols.Items;
        for (int i = 0; i + 1 < all.Length; i++)
        {
            ranks[i] = RankOf(text, all[i], all[i + 1], leftLengths, out nodes[i]);
        }

        while (true)
        {
            int left = -1;
            uint least = NoRank;
            for (int i = 0; i + 1 < all.Length; i++)
            {
                if (ranks[i] < least)
                {
                    (left, least) = (i, ranks[i]);
                }
            }

            if (left < 0)
            {
                break;
            }

            all[left].Length += all[left + 1].Length;
            all[left].Node = nodes[left];
            all[(left + 2)..].CopyTo(all[(left + 1)..]);
            all = all[..^1];
            for (int i = left + 1; i + 1 < all.Length; i++)
            {
                (ranks[i], nodes[i]) = (ranks[i + 1], nodes[i + 1]);
            }

            if (left > 0)
            {
                ranks[left - 1] = RankOf(text, all[left - 1], all[left], leftLengths, out nodes[left - 1]);
            }

            if (left + 1 < all.Length)
            {
                ranks[left] = RankOf(text, all[left], all[left + 1], leftLengths, out nodes[left]);
            }
        }

        symbols.Count = all.Length;
    }

    private void MergeByHeap(ReadOnlySpan<byte> text, ref RentedBuffer<Symbol> symbols, ref RentedBuffer<Merge> merges, Span<int> leftLengths)
    {
        for (int i = 1; i < symbols.Count; i++)
        {
            AddMerge(text, symbols.Items, i - 1, i, ref merges, leftLengths);
        }

        while (merges.Count > 0)
        {
            Merge merge = MergeHeap.Take(ref merges);
            ref Symbol left = ref symbols[merge.Left];
            ref Symbol right = ref symbols[merge.Right];

            // One of them may have become part of another symbol, or longer.
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != merge.Length)
            {
                continue;
            }

            left.Length = merge.Length;
            left.Node = merge.Node;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Previous >= 0)
            {
                AddMerge(text, symbols.Items, left.Previous, merge.Left, ref merges, leftLengths);
            }

            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = merge.Left;
                AddMerge(text, symbols.Items, merge.Left, left.Next, ref merges, leftLengths);
            }
        }

        int count = 0;
        foreach (Symbol symbol in symbols.Items)
        {
            if (symbol.Length > 0)
            {
                symbols[count++] = symbol;
            }
        }

        symbols.Count = count;
    }

    private void AddMerge(ReadOnlySpan<byte> text, ReadOnlySpan<Symbol> symbols, int left, int right, ref RentedBuffer<Merge> merges, Span<int> leftLengths)
    {
        uint rank = RankOf(text, symbols[left], symbols[right], leftLengths, out int node);
        if (rank != NoRank)
        {
            MergeHeap.Add(ref merges, new Merge(((ulong)rank << 32) | (uint)left, right, symbols[left].Length + symbols[right].Length, node));
        }
    }

    /// <summary>The rank of the piece that two neighbours are together, and its node.</summary>
    private uint RankOf(ReadOnlySpan<byte> text, in Symbol left, in Symbol right, Span<int> leftLengths, out int node)
    {
        node = PieceTrie.None;
        if (left.Node < 0 || right.Node == Frozen)
        {
            return NoRank;
        }

        PieceTrie pieces = _vocabulary.Pieces;
        node = pieces.Walk(left.Node, text.Slice(right.Start, right.Length));
        int piece = node >= 0 ? pieces.PieceAt(node) : PieceTrie.None;
        if (piece == PieceTrie.None)
        {
            return NoRank;
        }

        // Of several ways to put an unused piece together the last one found counts, wherever in the text that was.
        if (_unusedCount > 0 && _unused[piece] is >= 0 and int unused)
        {
            leftLengths[unused] = left.Length;
        }

        return _ranks[piece];
    }

    /// <summary>Adds a symbol's piece; where it is never encoded to, the pieces that it was put together from.</summary>
    private void AddParts(ReadOnlySpan<byte> text, int start, int length, ReadOnlySpan<int> leftLengths, ref RentedBuffer<Segment> segments)
    {
        // What is still to be done lies behind what is done: the right parts, the leftmost on top.
        var parts = new RentedBuffer<(int Start, int Length)>(16);
        try
        {
            parts.Add((start, length));
            while (parts.Count > 0)
            {
                (int partStart, int partLength) = parts[--parts.Count];
                int piece = _vocabulary.Find(text.Slice(partStart, partLength));
                int left = _unused[piece] is >= 0 and int unused ? leftLengths[unused] : 0;
                if (left == 0)
                {
                    segments.Add(new Segment(piece, partStart, partLength));
                    continue;
                }

                parts.Add((partStart + left, partLength - left));
                parts.Add((partStart, left));
            }
        }
        finally
        {
            parts.Dispose();
        }
    }

    /// <summary>A character, or what several have been merged to.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Symbol(int previous, int next, int start, int length, int node)
    {
        public int Previous = previous;
        public int Next = next;
        public int Start = start;
        public int Length = length;
        public int Node = node;
    }
}
