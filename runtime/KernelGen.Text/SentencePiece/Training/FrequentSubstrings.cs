using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// The texts that a unigram model is first made of: characters, and what is in the corpus at least twice and is not always part of the same longer text. They
/// are the inner nodes of the corpus's suffix tree, which are found in a sorted array of all suffixes (Kasai et al. 2001,
/// <see href="https://doi.org/10.1007/3-540-48194-X_17"/>; Abouelhoda et al. 2004, <see href="https://doi.org/10.1016/S1570-8667(03)00065-0"/>).
/// </summary>
/// <remarks>Suffixes are compared only as far as a piece is long, so that they are sorted by a few numbers of three symbols each.</remarks>
internal sealed class FrequentSubstrings
{
    private const int SymbolBits = 21;
    private const int SymbolsPerKey = 3;

    private readonly PieceCorpus _corpus;
    private readonly int _longest;

    /// <summary>Where the suffixes start, in their order.</summary>
    private readonly int[] _suffixes;

    /// <summary>The weights of the suffixes before each, together.</summary>
    private readonly long[] _weights;
    private readonly List<Node> _nodes = [];

    /// <summary>Finds them.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="longest">The most symbols of a text.</param>
    /// <param name="most">The most texts besides characters: those with the most characters in the corpus, each as often as it is there.</param>
    /// <param name="cancellationToken">A token to give up.</param>
    public FrequentSubstrings(PieceCorpus corpus, int longest, int most, CancellationToken cancellationToken)
    {
        _corpus = corpus;
        _longest = longest;
        _suffixes = [.. Enumerable.Range(0, corpus.Symbols.Length)];
        Sort(cancellationToken);
        _weights = new long[_suffixes.Length + 1];
        SumWeights();
        FindNodes();
        cancellationToken.ThrowIfCancellationRequested();
        if (_nodes.Count > most)
        {
            _nodes.Sort(static (one, other) => one.Score != other.Score ? other.Score.CompareTo(one.Score) : one.Left != other.Left ? one.Left.CompareTo(other.Left) : one.Length.CompareTo(other.Length));
            CollectionsMarshal.SetCount(_nodes, most);
        }

        // A text before those that it begins.
        _nodes.Sort(static (one, other) => one.Left != other.Left ? one.Left.CompareTo(other.Left) : one.Length.CompareTo(other.Length));
        Parents = new int[corpus.Alphabet.Length + _nodes.Count];
        Lengths = new int[Parents.Length];
        Places = new int[Parents.Length];
        Scores = new long[Parents.Length];
        LongestAt = new int[corpus.Symbols.Length];
        MakeTree();
    }

    /// <summary>For each text, the longest other one that it begins with; -1 for characters, which are the first texts, in the order of the alphabet.</summary>
    public int[] Parents { get; }

    /// <summary>The symbols of each text.</summary>
    public int[] Lengths { get; }

    /// <summary>A place in the corpus where each text is.</summary>
    public int[] Places { get; }

    /// <summary>How many symbols of the corpus each text covers: its length, as often as it is there.</summary>
    public long[] Scores { get; }

    /// <summary>The longest text that each place of the corpus begins with; the others are its parents.</summary>
    public int[] LongestAt { get; }

    private void Sort(CancellationToken cancellationToken)
    {
        ulong[] keys = new ulong[_suffixes.Length];
        var ranges = new Stack<(int Start, int End, int Depth)>();
        ranges.Push((0, _suffixes.Length, 0));
        while (ranges.TryPop(out (int Start, int End, int Depth) range))
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = range.Start; i < range.End; i++)
            {
                keys[i] = KeyOf(_suffixes[i], range.Depth);
            }

            keys.AsSpan(range.Start..range.End).Sort(_suffixes.AsSpan(range.Start..range.End));
            for (int start = range.Start, end; start < range.End; start = end)
            {
                end = start + 1;
                while (end < range.End && keys[end] == keys[start])
                {
                    end++;
                }

                // Those that end within the key are alike as far as they are compared.
                if (end - start > 1 && (keys[start] & ((1UL << SymbolBits) - 1)) != 0)
                {
                    ranges.Push((start, end, range.Depth + SymbolsPerKey));
                }
            }
        }
    }

    /// <summary>Three symbols of a suffix; 0 stands for its end.</summary>
    private ulong KeyOf(int suffix, int depth)
    {
        ulong key = 0;
        for (int i = depth; i < depth + SymbolsPerKey; i++)
        {
            key = (key << SymbolBits) | (i < _corpus.Longest[suffix] ? (uint)_corpus.Symbols[suffix + i] + 1 : 0);
        }

        return key;
    }

    private void SumWeights()
    {
        long[] ofPlace = new long[_suffixes.Length];
        for (int part = 0; part < _corpus.Weights.Length; part++)
        {
            ofPlace.AsSpan(_corpus.Starts[part].._corpus.Starts[part + 1]).Fill(_corpus.Weights[part]);
        }

        for (int i = 0; i < _suffixes.Length; i++)
        {
            _weights[i + 1] = _weights[i] + ofPlace[_suffixes[i]];
        }
    }

    /// <summary>Goes through the suffixes with a stack of the texts that the last ones begin with.</summary>
    private void FindNodes()
    {
        var open = new Stack<(int Length, int Left)>();
        int before = 0;
        for (int i = 0; i < _suffixes.Length; i++)
        {
            // How much this suffix has in common with the next one.
            int common = i + 1 < _suffixes.Length ? CommonLength(_suffixes[i], _suffixes[i + 1]) : 0;
            int length = _corpus.Longest[_suffixes[i]];
            if (length > Math.Max(before, common))
            {
                // In one part only, which is there several times.
                Add(i, i + 1, length);
            }

            int left = i;
            while (open.TryPeek(out (int Length, int Left) last) && last.Length > common)
            {
                open.Pop();
                Add(last.Left, i + 1, last.Length);
                left = last.Left;
            }

            if (common > 0 && !(open.TryPeek(out (int Length, int Left) around) && around.Length == common))
            {
                open.Push((common, left));
            }

            before = common;
        }
    }

    private int CommonLength(int one, int other)
    {
        int most = Math.Min(_corpus.Longest[one], _corpus.Longest[other]);
        return _corpus.Symbols.AsSpan(one, most).CommonPrefixLength(_corpus.Symbols.AsSpan(other, most));
    }

    private void Add(int left, int right, int length)
    {
        long count = _weights[right] - _weights[left];
        if (length > 1 && length <= _longest && count > 1 && !GoesOnAlike(left, right, length))
        {
            _nodes.Add(new Node(left, right, length, count * length));
        }
    }

    /// <summary>Whether suffixes, which have a text in common, all end with it and have the same after them.</summary>
    private bool GoesOnAlike(int left, int right, int length)
    {
        // Of those that begin alike, the longest is the last.
        if (_corpus.Longest[_suffixes[right - 1]] > length)
        {
            return false;
        }

        long? follower = FollowerOf(_suffixes[left], length);
        for (int i = left + 1; i < right && follower is not null; i++)
        {
            follower = FollowerOf(_suffixes[i], length) == follower ? follower : null;
        }

        return follower is not null;
    }

    private long? FollowerOf(int suffix, int length)
    {
        int found = Array.BinarySearch(_corpus.Starts, suffix);
        int part = found < 0 ? ~found - 1 : found;
        return suffix + length < _corpus.Starts[part + 1] ? null : _corpus.Followers[part];
    }

    private void MakeTree()
    {
        int characters = _corpus.Alphabet.Length;
        for (int symbol = 0; symbol < characters; symbol++)
        {
            Parents[symbol] = -1;
            Lengths[symbol] = 1;
            Scores[symbol] = _corpus.CharacterCounts[symbol];
        }

        var open = new Stack<int>();
        int next = 0;
        for (int i = 0; i < _suffixes.Length; i++)
        {
            int symbol = _corpus.Symbols[_suffixes[i]];
            Places[symbol] = _suffixes[i];
            while (open.TryPeek(out int last) && _nodes[last].Right <= i)
            {
                open.Pop();
            }

            for (; next < _nodes.Count && _nodes[next].Left == i; next++)
            {
                int text = characters + next;
                Parents[text] = open.TryPeek(out int parent) ? characters + parent : symbol;
                Lengths[text] = _nodes[next].Length;
                Places[text] = _suffixes[i];
                Scores[text] = _nodes[next].Score;
                open.Push(next);
            }

            LongestAt[_suffixes[i]] = open.TryPeek(out int longest) ? characters + longest : symbol;
        }
    }

    /// <summary>A text that the suffixes from one index to another begin with.</summary>
    private readonly record struct Node(int Left, int Right, int Length, long Score);
}
