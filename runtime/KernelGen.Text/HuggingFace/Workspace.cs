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
            Array.Resize(ref _tokens, 2 * count);
            Array.Resize(ref _starts, 2 * count);
            Array.Resize(ref _ends, 2 * count);
        }

        _tokens[count] = token;
        _starts[count] = start;
        _ends[count] = end;
        Count = count + 1;
    }

    /// <summary>The first byte that a token stands for.</summary>
    public int StartOf(int index) => _starts[index];

    /// <summary>The byte after the last one that a token stands for.</summary>
    public int EndOf(int index) => _ends[index];

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
}
