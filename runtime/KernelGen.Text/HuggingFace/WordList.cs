namespace KernelGen.Text;

/// <summary>A part of a text that is cut into words, which the model encodes one by one.</summary>
internal sealed class WordList
{
    private int[] _bounds = new int[64];
    private int[] _others = new int[64];
    private int _count;
    private TextBuffer _written = new();
    private TextBuffer _spare = new();

    /// <summary>The text that the words are parts of.</summary>
    public TextBuffer Text { get; private set; } = new();

    /// <summary>The number of words.</summary>
    public int Count => _count / 2;

    /// <summary>Whether the first word is the beginning of the original text.</summary>
    public bool IsBeginning { get; private set; }

    /// <summary>The first byte of a word, and the byte after its last.</summary>
    public (int Start, int End) this[int word] => (_bounds[2 * word], _bounds[(2 * word) + 1]);

    /// <summary>Begins with one word, which is a part of a text.</summary>
    public void Start(TextBuffer text, int start, int end, bool isBeginning)
    {
        Text = text;
        IsBeginning = isBeginning;
        _bounds[0] = start;
        _bounds[1] = end;
        _count = end > start ? 2 : 0;
    }

    /// <summary>Begins to cut the words into smaller ones.</summary>
    /// <returns>The bounds of the words until now, a start and an end each; they stay until the next call.</returns>
    public ReadOnlySpan<int> Recut()
    {
        (_bounds, _others) = (_others, _bounds);
        int count = _count;
        _count = 0;
        return _others.AsSpan(0, count);
    }

    /// <summary>Begins a new text for the words, which takes the place of the old one with <see cref="Finish"/>.</summary>
    public TextBuffer Rewrite()
    {
        _written.Clear(Text.IsTracked);
        return _written;
    }

    /// <summary>Puts the new text in the place of the old one.</summary>
    public void Finish()
    {
        Text = _written;
        (_written, _spare) = (_spare, _written);
    }

    /// <summary>Appends a word, unless it is empty.</summary>
    public void Add(int start, int end)
    {
        if (start >= end)
        {
            return;
        }

        if (_count + 2 > _bounds.Length)
        {
            Array.Resize(ref _bounds, 2 * _bounds.Length);
        }

        _bounds[_count++] = start;
        _bounds[_count++] = end;
    }
}
