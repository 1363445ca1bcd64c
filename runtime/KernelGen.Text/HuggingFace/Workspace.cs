using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Text;

/// <summary>What encoding one text needs for itself, kept by each thread for the next one: nothing of any tokenizer or text stays in it that matters.</summary>
internal sealed class Workspace
{
    /// <summary>What was grown for a text longer than this is not kept.</summary>
    private const int LongestKept = 1 << 18;

    [ThreadStatic]
    private static Workspace? _kept;

    private int[] _tokens = new int[64];
    private int[] _starts = new int[64];
    private int[] _ends = new int[64];
    private UnigramNode[] _nodes = [];

    /// <summary>The text as it was given.</summary>
    public TextBuffer Text { get; } = new();

    /// <summary>What the parts of it are turned into.</summary>
    public WordList Words { get; } = new();

    /// <summary>The buffers of normalisation, which reads one and writes the other.</summary>
    public TextBuffer Normalized { get; private set; } = new();

    /// <summary>The other buffer of normalisation.</summary>
    public TextBuffer Other { get; private set; } = new();

    /// <summary>The symbols of a long word.</summary>
    public SymbolList Symbols { get; } = new();

    /// <summary>The number of tokens of the part of the text that is being encoded.</summary>
    public int Count { get; private set; }

    /// <summary>Those tokens.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Takes the thread's workspace; whoever does so gives it back with <see cref="Return"/>.</summary>
    public static Workspace Rent()
    {
        Workspace? kept = _kept;
        _kept = null;
        return kept ?? new Workspace();
    }

    /// <summary>Keeps the workspace for the thread's next text.</summary>
    public void Return()
    {
        if (Text.Capacity <= LongestKept && _tokens.Length <= LongestKept)
        {
            _kept = this;
        }
    }

    /// <summary>Exchanges the buffers of normalisation.</summary>
    public void Swap() => (Normalized, Other) = (Other, Normalized);

    /// <summary>Begins a part of the text.</summary>
    public void ClearTokens() => Count = 0;

    /// <summary>Takes the last tokens back, down to a number.</summary>
    public void CutTokens(int count) => Count = count;

    /// <summary>Appends a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="start">The first byte that it stands for.</param>
    /// <param name="end">The byte after the last.</param>
    public void Add(int token, int start, int end)
    {
        int count = Count;
        if (count == _tokens.Length)
        {
            Grow();
        }

        _tokens[count] = token;
        _starts[count] = start;
        _ends[count] = end;
        Count = count + 1;
    }

    /// <summary>Appends the tokens of a word that were kept.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="ends">Where each ends in the word.</param>
    /// <param name="start">Where the word starts.</param>
    public void Add(ReadOnlySpan<int> tokens, ReadOnlySpan<byte> ends, int start)
    {
        while (_tokens.Length - Count < tokens.Length)
        {
            Grow();
        }

        tokens.CopyTo(_tokens.AsSpan(Count));
        for (int i = 0, from = start; Text.IsTracked && i < tokens.Length; i++)
        {
            _starts[Count + i] = from;
            from = start + ends[i];
            _ends[Count + i] = from;
        }

        Count += tokens.Length;
    }

    /// <summary>Appends the tokens of a word that a <see cref="WordTable"/> knows.</summary>
    /// <param name="first">Its first items.</param>
    /// <param name="rest">The others.</param>
    /// <param name="start">Where the word starts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector128<int> first, Vector128<int> rest, int start)
    {
        if (_tokens.Length - Count < WordTable.ItemCount)
        {
            Grow();
        }

        int added = WordTable.CountOf(first);
        WordTable.TokensOf(first).CopyTo(_tokens.AsSpan(Count));
        if (added == Vector128<int>.Count)
        {
            WordTable.TokensOf(rest).CopyTo(_tokens.AsSpan(Count + added));
            added += WordTable.CountOf(rest);
        }

        if (Text.IsTracked)
        {
            AddPlaces(first, rest, start, added);
        }

        Count += added;
    }

    /// <summary>The first byte that a token stands for.</summary>
    public int StartOf(int index) => _starts[index];

    /// <summary>The byte after the last one that a token stands for.</summary>
    public int EndOf(int index) => _ends[index];

    /// <summary>Writes the tokens of a word, which are the last ones, as items of a <see cref="WordTable"/>; zeros follow them.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="start">Where the word starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="items">Takes them, <see cref="WordTable.ItemCount"/> numbers.</param>
    /// <returns>Whether there is room, and each token starts where the one before it ends.</returns>
    public bool TryGetItems(int first, int start, int end, Span<int> items)
    {
        int count = Count - first;
        if (count > WordTable.MostTokens)
        {
            return false;
        }

        items.Clear();
        int from = start;
        for (int i = 0; i < count; i++)
        {
            if (_starts[first + i] != from || _tokens[first + i] > WordTable.GreatestToken)
            {
                return false;
            }

            from = _ends[first + i];
            items[i] = WordTable.Item(_tokens[first + i], from - start);
        }

        return from == end;
    }

    /// <summary>Room for the best ways to cut a word; it holds anything.</summary>
    public Span<UnigramNode> Nodes(int count)
    {
        if (_nodes.Length < count)
        {
            _nodes = new UnigramNode[Math.Max(count, 2 * _nodes.Length)];
        }

        return _nodes.AsSpan(0, count);
    }

    /// <summary>Reverses the tokens from an index on, which were found from the end of a text.</summary>
    public void Reverse(int from)
    {
        _tokens.AsSpan(from, Count - from).Reverse();
        _starts.AsSpan(from, Count - from).Reverse();
        _ends.AsSpan(from, Count - from).Reverse();
    }

    private void AddPlaces(Vector128<int> first, Vector128<int> rest, int start, int count)
    {
        int from = start;
        for (int i = 0; i < count; i++)
        {
            int item = i < Vector128<int>.Count ? first[i] : rest[i - Vector128<int>.Count];
            _starts[Count + i] = from;
            from = start + WordTable.EndOf(item);
            _ends[Count + i] = from;
        }
    }

    private void Grow()
    {
        Array.Resize(ref _tokens, 2 * _tokens.Length);
        Array.Resize(ref _starts, _tokens.Length);
        Array.Resize(ref _ends, _tokens.Length);
    }
}
