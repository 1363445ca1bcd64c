namespace KernelGen.Text;

/// <summary>The symbols of a long word, linked so that two become one in no time, and the merges that are possible, the first of them on top.</summary>
internal sealed class SymbolList
{
    private int[] _next = [];
    private int[] _previous = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>The tokens of the symbols; that of one that was merged into the symbol before it is -1.</summary>
    public int[] Tokens { get; private set; } = [];

    /// <summary>Where each symbol starts in the text.</summary>
    public int[] Starts { get; private set; } = [];

    /// <summary>The number of symbols at the beginning.</summary>
    public int Count { get; private set; }

    /// <summary>Begins a word.</summary>
    public void Clear() => (Count, _heapCount) = (0, 0);

    /// <summary>Appends a symbol.</summary>
    public void Add(int token, int start)
    {
        if (Count + 1 >= Tokens.Length)
        {
            int size = Math.Max(256, 2 * Tokens.Length);
            Tokens = Enlarge(Tokens, size);
            Starts = Enlarge(Starts, size);
            _next = Enlarge(_next, size);
            _previous = Enlarge(_previous, size);
        }

        Tokens[Count] = token;
        Starts[Count] = start;
        _next[Count] = Count + 1;
        _previous[Count] = Count - 1;
        Count++;
    }

    /// <summary>Says where the last symbol ends.</summary>
    public void End(int position) => Starts[Count] = position;

    /// <summary>The symbol after one, or <see cref="Count"/>.</summary>
    public int Next(int symbol) => _next[symbol];

    /// <summary>The symbol before one, or -1.</summary>
    public int Previous(int symbol) => _previous[symbol];

    /// <summary>Makes a symbol and the next one a single symbol.</summary>
    public void Merge(int symbol, int token)
    {
        int removed = _next[symbol];
        Tokens[symbol] = token;
        Tokens[removed] = -1;
        int next = _next[removed];
        _next[symbol] = next;
        if (next < Count)
        {
            _previous[next] = symbol;
        }
    }

    /// <summary>Notes that a symbol and the next one may merge: those of the lowest rank first, and among these the leftmost.</summary>
    public void Push(int rank, int symbol)
    {
        if (_heapCount == _heap.Length)
        {
            Array.Resize(ref _heap, Math.Max(256, 2 * _heap.Length));
        }

        ulong item = ((ulong)(uint)rank << 32) | (uint)symbol;
        int position = _heapCount++;
        while (position > 0)
        {
            int parent = (position - 1) / 4;
            if (_heap[parent] <= item)
            {
                break;
            }

            _heap[position] = _heap[parent];
            position = parent;
        }

        _heap[position] = item;
    }

    /// <summary>Takes the first of the merges that were noted.</summary>
    public bool TryPop(out int rank, out int symbol)
    {
        if (_heapCount == 0)
        {
            (rank, symbol) = (0, 0);
            return false;
        }

        (rank, symbol) = ((int)(_heap[0] >> 32), (int)(uint)_heap[0]);
        ulong last = _heap[--_heapCount];
        int position = 0;
        while (true)
        {
            int least = (4 * position) + 1;
            if (least >= _heapCount)
            {
                break;
            }

            int end = Math.Min(least + 4, _heapCount);
            for (int child = least + 1; child < end; child++)
            {
                least = _heap[child] < _heap[least] ? child : least;
            }

            if (_heap[least] >= last)
            {
                break;
            }

            _heap[position] = _heap[least];
            position = least;
        }

        _heap[position] = last;
        return true;
    }

    private static int[] Enlarge(int[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
