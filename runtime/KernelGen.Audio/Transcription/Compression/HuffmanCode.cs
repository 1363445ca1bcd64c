namespace KernelGen.Audio;

/// <summary>A Huffman code of limited length, built as zlib builds it: which of several equally short codes comes out shows in how many bits the code itself takes.</summary>
internal sealed class HuffmanCode
{
    private readonly int _symbols;
    private readonly int _longest;
    private readonly byte[] _extraBits;
    private readonly int _firstExtra;
    private readonly int[] _counts;
    private readonly int[] _lengths;
    private readonly int[] _parents;
    private readonly int[] _depths;

    /// <summary>A heap of the nodes that have no parent yet, from 1; behind it, from <see cref="_sorted"/> on, all others, the rarest last.</summary>
    private readonly int[] _heap;

    private int _heapLength;
    private int _sorted;

    /// <param name="symbols">How many symbols there are.</param>
    /// <param name="longest">The longest code.</param>
    /// <param name="extraBits">The bits that follow a symbol.</param>
    /// <param name="firstExtra">The symbol that the first of them belongs to.</param>
    public HuffmanCode(int symbols, int longest, byte[] extraBits, int firstExtra)
    {
        _symbols = symbols;
        _longest = longest;
        _extraBits = extraBits;
        _firstExtra = firstExtra;
        int nodes = (2 * symbols) + 1;
        _counts = new int[nodes];
        _lengths = new int[nodes];
        _parents = new int[nodes];
        _depths = new int[nodes];
        _heap = new int[nodes];
    }

    /// <summary>The highest symbol that has a code.</summary>
    public int LastSymbol { get; private set; }

    /// <summary>The bits of all counted symbols, and of what follows them.</summary>
    public long Bits { get; private set; }

    /// <summary>Forgets all symbols.</summary>
    public void Begin() => Array.Clear(_counts);

    /// <summary>Counts a symbol.</summary>
    public void Count(int symbol) => _counts[symbol]++;

    /// <summary>The length of a symbol's code; 0 where it has none.</summary>
    public int LengthOf(int symbol) => _lengths[symbol];

    /// <summary>The bits of all counted symbols with another code, and of what follows them.</summary>
    public long BitsWith(Func<int, int> lengthOf)
    {
        long bits = 0;
        for (int symbol = 0; symbol < _symbols; symbol++)
        {
            bits += _counts[symbol] == 0 ? 0L : (long)_counts[symbol] * (lengthOf(symbol) + ExtraBitsOf(symbol));
        }

        return bits;
    }

    /// <summary>Builds the code of the symbols that were counted.</summary>
    public void Build()
    {
        Bits = 0;
        TakeSymbols(out int added);
        for (int node = _heapLength / 2; node >= 1; node--)
        {
            SiftDown(node);
        }

        int next = _symbols;
        do
        {
            int rarest = _heap[1];
            _heap[1] = _heap[_heapLength--];
            SiftDown(1);
            int second = _heap[1];
            _heap[--_sorted] = rarest;
            _heap[--_sorted] = second;
            _counts[next] = _counts[rarest] + _counts[second];
            _depths[next] = Math.Max(_depths[rarest], _depths[second]) + 1;
            _parents[rarest] = _parents[second] = next;
            _heap[1] = next++;
            SiftDown(1);
        }
        while (_heapLength >= 2);

        _heap[--_sorted] = _heap[1];
        SetLengths();

        // Symbols that only fill up the code to two were never written.
        for (; added != 0; added &= added - 1)
        {
            int symbol = int.TrailingZeroCount(added);
            _counts[symbol] = 0;
            Bits -= 1;
        }

        Array.Clear(_counts, _symbols, _counts.Length - _symbols);
    }

    private int ExtraBitsOf(int symbol) => symbol >= _firstExtra ? _extraBits[symbol - _firstExtra] : 0;

    /// <summary>Puts all symbols that occur into the heap, and as many of the lowest others as it takes to have two.</summary>
    /// <param name="added">A bit for each of these.</param>
    private void TakeSymbols(out int added)
    {
        _heapLength = 0;
        _sorted = _heap.Length;
        added = 0;
        int last = -1;
        Array.Clear(_depths);
        for (int symbol = 0; symbol < _symbols; symbol++)
        {
            _lengths[symbol] = 0;
            if (_counts[symbol] != 0)
            {
                _heap[++_heapLength] = last = symbol;
            }
        }

        while (_heapLength < 2)
        {
            int symbol = last < 2 ? ++last : 0;
            _heap[++_heapLength] = symbol;
            _counts[symbol] = 1;
            added |= 1 << symbol;
        }

        LastSymbol = last;
    }

    private bool IsRarer(int node, int than) =>
        _counts[node] < _counts[than] || (_counts[node] == _counts[than] && _depths[node] <= _depths[than]);

    private void SiftDown(int place)
    {
        int node = _heap[place];
        for (int child = 2 * place; child <= _heapLength; child *= 2)
        {
            if (child < _heapLength && IsRarer(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (IsRarer(node, _heap[child]))
            {
                break;
            }

            _heap[place] = _heap[child];
            place = child;
        }

        _heap[place] = node;
    }

    /// <summary>Gives each symbol the length of its code, from the root down; codes that are too long take the places of shorter ones.</summary>
    private void SetLengths()
    {
        Span<int> codesOfLength = stackalloc int[16];
        codesOfLength.Clear();
        int tooLong = 0;
        _lengths[_heap[_sorted]] = 0;
        for (int i = _sorted + 1; i < _heap.Length; i++)
        {
            int node = _heap[i];
            int length = _lengths[_parents[node]] + 1;
            if (length > _longest)
            {
                length = _longest;
                tooLong++;
            }

            _lengths[node] = length;
            if (node < _symbols)
            {
                codesOfLength[length]++;
                Bits += (long)_counts[node] * (length + ExtraBitsOf(node));
            }
        }

        if (tooLong == 0)
        {
            return;
        }

        for (; tooLong > 0; tooLong -= 2)
        {
            int length = _longest - 1;
            while (codesOfLength[length] == 0)
            {
                length--;
            }

            codesOfLength[length]--;
            codesOfLength[length + 1] += 2;
            codesOfLength[_longest]--;
        }

        int place = _heap.Length;
        for (int length = _longest; length != 0; length--)
        {
            for (int left = codesOfLength[length]; left > 0;)
            {
                int node = _heap[--place];
                if (node < _symbols)
                {
                    Bits += (long)(length - _lengths[node]) * _counts[node];
                    _lengths[node] = length;
                    left--;
                }
            }
        }
    }
}
