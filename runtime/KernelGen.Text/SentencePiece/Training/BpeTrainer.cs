using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// Makes the pieces of a BPE model as SentencePiece does: again and again, the two neighbours that are most often in the corpus become one; of several, those
/// that are shorter together, and then those whose text comes first.
/// </summary>
internal sealed class BpeTrainer
{
    /// <summary>In place of a symbol: it has become a part of the one before.</summary>
    private const int Merged = -1;

    private const int None = -1;

    /// <summary>How many pieces are found between two looks at whether to go on.</summary>
    private const int BetweenLooks = 1 << 6;

    private readonly PieceCorpus _corpus;
    private readonly int _longest;

    /// <summary>The symbol that starts at each place: a character, or a piece that was found, whose numbers are those after the characters'.</summary>
    private readonly int[] _symbols;
    private readonly int[] _previous;
    private readonly int[] _next;
    private readonly long[] _weights;

    /// <summary>A place and the length of each symbol's text.</summary>
    private readonly List<(int Place, int Length)> _texts = [];
    private readonly Dictionary<(int Left, int Right), int> _pairOf = [];
    private readonly List<Pair> _pairs = [];

    /// <summary>Pairs by how often they are, or were.</summary>
    private readonly PriorityQueue<int, (long Count, int Pair)> _queue;

    private BpeTrainer(PieceCorpus corpus, int longest)
    {
        _corpus = corpus;
        _longest = longest;
        _symbols = [.. corpus.Symbols];
        _previous = new int[_symbols.Length];
        _next = new int[_symbols.Length];
        _weights = new long[_symbols.Length];
        _queue = new PriorityQueue<int, (long Count, int Pair)>(Comparer<(long Count, int Pair)>.Create(Compare));
        _texts.AddRange(Enumerable.Repeat((0, 1), corpus.Alphabet.Length));
        for (int part = 0; part < corpus.Weights.Length; part++)
        {
            int start = corpus.Starts[part];
            int end = corpus.Starts[part + 1];
            _weights.AsSpan(start..end).Fill(corpus.Weights[part]);
            for (int place = start; place < end; place++)
            {
                _texts[_symbols[place]] = (place, 1);
                _previous[place] = place > start ? place - 1 : None;
                _next[place] = place + 1 < end ? place + 1 : None;
            }
        }

        for (int place = 0; place < _symbols.Length; place++)
        {
            AddPair(place);
        }

        EnqueueFrom(0);
    }

    /// <summary>Makes pieces.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="longest">The most characters of a piece.</param>
    /// <param name="count">How many pieces are wanted, characters among them.</param>
    /// <param name="cancellationToken">A token to give up.</param>
    /// <returns>The pieces, those that are merged first at the start, characters at the end; fewer than wanted, where there are no more.</returns>
    public static List<(string Text, float Score)> Train(PieceCorpus corpus, int longest, int count, CancellationToken cancellationToken)
    {
        var trainer = new BpeTrainer(corpus, longest);
        var pieces = new List<(string Text, float Score)>();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        while (pieces.Count < count - corpus.Alphabet.Length && trainer.TryTakeMostFrequent(out int pair))
        {
            if (pieces.Count % BetweenLooks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            // The same text may be put together in several ways; encoding takes the first.
            string text = corpus.TextOf(trainer.TextOf(pair));
            if (texts.Add(text))
            {
                pieces.Add((text, -pieces.Count));
                trainer.Merge(pair);
            }
        }

        foreach (int symbol in corpus.SymbolsByCount())
        {
            pieces.Add((corpus.TextOf([symbol]), -pieces.Count));
        }

        return pieces;
    }

    /// <summary>The more frequent comes first.</summary>
    private int Compare((long Count, int Pair) one, (long Count, int Pair) other)
    {
        int order = other.Count.CompareTo(one.Count);
        if (order != 0 || one.Pair == other.Pair)
        {
            return order;
        }

        ReadOnlySpan<int> text = TextOf(one.Pair);
        ReadOnlySpan<int> otherText = TextOf(other.Pair);
        order = text.Length.CompareTo(otherText.Length);
        order = order != 0 ? order : text.SequenceCompareTo(otherText);
        return order != 0 ? order : one.Pair.CompareTo(other.Pair);
    }

    private ReadOnlySpan<int> TextOf(int pair) => _corpus.Symbols.AsSpan(_pairs[pair].Place, _pairs[pair].Length);

    private bool TryTakeMostFrequent(out int pair)
    {
        while (_queue.TryDequeue(out pair, out (long Count, int Pair) priority))
        {
            // Some of its places may be in other pieces by now.
            long count = CountOf(pair);
            if (count > 0 && count == priority.Count)
            {
                return true;
            }

            if (count > 0)
            {
                _queue.Enqueue(pair, (count, pair));
            }
        }

        return false;
    }

    /// <summary>How often a pair is in the corpus; of the same symbol three times in a row it is there once.</summary>
    private long CountOf(int pair)
    {
        Pair counted = _pairs[pair];
        if (counted.Left != counted.Right)
        {
            return counted.Count;
        }

        long count = 0;
        int end = None;
        counted.Places.Sort();
        foreach (int place in counted.Places)
        {
            if (place != end && IsAt(counted, place))
            {
                count += _weights[place];
                end = _next[place];
            }
            else if (place == end)
            {
                end = None;
            }
        }

        return count;
    }

    private bool IsAt(Pair pair, int place) => _symbols[place] == pair.Left && _next[place] != None && _symbols[_next[place]] == pair.Right;

    /// <summary>Makes one symbol of a pair, wherever it is.</summary>
    private void Merge(int pair)
    {
        Pair merged = _pairs[pair];
        int firstNew = _pairs.Count;
        int symbol = _texts.Count;
        _texts.Add((merged.Place, merged.Length));
        merged.Places.Sort();
        foreach (int place in merged.Places)
        {
            if (!IsAt(merged, place))
            {
                continue;
            }

            int right = _next[place];
            int before = _previous[place];
            int after = _next[right];
            RemovePair(before);
            RemovePair(right);
            _symbols[place] = symbol;
            _symbols[right] = Merged;
            _next[place] = after;
            if (after != None)
            {
                _previous[after] = place;
            }

            AddPair(before);
            AddPair(place);
        }

        merged.Places.Clear();
        merged.Places.TrimExcess();
        EnqueueFrom(firstNew);
    }

    private void AddPair(int place)
    {
        if (place == None || _next[place] == None)
        {
            return;
        }

        (int left, int right) = (_symbols[place], _symbols[_next[place]]);
        int length = _texts[left].Length + _texts[right].Length;
        if (length > _longest || length > _corpus.Longest[place])
        {
            return;
        }

        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairOf, (left, right), out bool exists);
        if (!exists)
        {
            index = _pairs.Count;
            _pairs.Add(new Pair(left, right, place, length));
        }

        _pairs[index].Count += _weights[place];
        _pairs[index].Places.Add(place);
    }

    private void RemovePair(int place)
    {
        if (place != None && _next[place] != None && _pairOf.TryGetValue((_symbols[place], _symbols[_next[place]]), out int pair))
        {
            _pairs[pair].Count -= _weights[place];
        }
    }

    private void EnqueueFrom(int first)
    {
        for (int pair = first; pair < _pairs.Count; pair++)
        {
            _queue.Enqueue(pair, (_pairs[pair].Count, pair));
        }
    }

    /// <summary>Two symbols that are neighbours.</summary>
    private sealed class Pair(int left, int right, int place, int length)
    {
        public int Left { get; } = left;

        public int Right { get; } = right;

        /// <summary>Where its text is.</summary>
        public int Place { get; } = place;

        /// <summary>The characters of its text.</summary>
        public int Length { get; } = length;

        /// <summary>How often it is in the corpus, where one that overlaps itself counts as two.</summary>
        public long Count { get; set; }

        /// <summary>Where it is, or was.</summary>
        public List<int> Places { get; } = [];
    }
}
