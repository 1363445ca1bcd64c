using System.Runtime.CompilerServices;

namespace KernelGen.Text;

/// <summary>
/// Pieces in UTF-8 by their bytes, for all pieces that begin at a place in a text. The edges of the trie are in one hash table, by the node that they start
/// from and their byte: it takes one probe a byte, is filled in the time that reading the pieces takes, and needs no order.
/// </summary>
internal sealed class PieceTrie
{
    /// <summary>The node that every piece starts from.</summary>
    public const int Root = 0;

    /// <summary>What is no node, and no piece.</summary>
    public const int None = -1;

    /// <summary>The most bytes of all pieces together, so that a node and a byte are one number of 32 bits. Vocabularies of a million pieces have 10 MB.</summary>
    public const int MostBytes = (1 << 23) - 1;

    private const int FirstCapacity = 1 << 8;

    private readonly uint _seed = (uint)Random.Shared.NextInt64(1L << 32);
    private readonly int[] _rootChildren = new int[256];
    private readonly int _mostBytes;
    private Edge[] _edges = NewTable(FirstCapacity);
    private int[] _pieces = new int[FirstCapacity];
    private int _shift = 32 - 8;
    private int _nodes = 1;

    /// <summary>Creates a trie without pieces.</summary>
    /// <param name="mostBytes">The most bytes of all pieces together; those that several begin with count once.</param>
    public PieceTrie(int mostBytes = MostBytes)
    {
        _mostBytes = mostBytes;
        _rootChildren.AsSpan().Fill(None);
        _pieces[Root] = None;
    }

    /// <summary>Adds a piece.</summary>
    /// <param name="text">Its text, which is not empty.</param>
    /// <param name="piece">Its number, from 0 on.</param>
    /// <returns>The piece that has this text already, or <see cref="None"/> where it was added.</returns>
    /// <exception cref="InvalidDataException">The pieces have more bytes than are allowed.</exception>
    public int Add(ReadOnlySpan<byte> text, int piece)
    {
        int node = Root;
        foreach (byte label in text)
        {
            int child = Child(node, label);
            node = child == None ? AddNode(node, label) : child;
        }

        int there = _pieces[node];
        if (there == None)
        {
            _pieces[node] = piece;
        }

        return there;
    }

    /// <summary>The node that a byte leads to, or <see cref="None"/> where no piece goes on so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Child(int node, byte label)
    {
        if (node == Root)
        {
            return _rootChildren[label];
        }

        Edge[] edges = _edges;
        uint key = Key(node, label);
        for (uint slot = Hash(key) >> _shift; ; slot++)
        {
            ref readonly Edge edge = ref edges[slot & (uint)(edges.Length - 1)];
            if (edge.Key == key)
            {
                return edge.Child;
            }

            if (edge.Child == None)
            {
                return None;
            }
        }
    }

    /// <summary>The node that some bytes lead to, or <see cref="None"/>.</summary>
    /// <param name="node">Where they start from.</param>
    /// <param name="text">The bytes.</param>
    public int Walk(int node, ReadOnlySpan<byte> text)
    {
        foreach (byte label in text)
        {
            node = Child(node, label);
            if (node == None)
            {
                break;
            }
        }

        return node;
    }

    /// <summary>The piece that ends at a node, or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PieceAt(int node) => _pieces[node];

    /// <summary>The piece with a text, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> text) => Walk(Root, text) is >= 0 and int node ? _pieces[node] : None;

    /// <summary>The length of the longest piece that a text begins with, or 0.</summary>
    public int LongestPrefix(ReadOnlySpan<byte> text)
    {
        int longest = 0;
        int node = Root;
        for (int length = 0; length < text.Length; length++)
        {
            node = Child(node, text[length]);
            if (node == None)
            {
                break;
            }

            if (_pieces[node] != None)
            {
                longest = length + 1;
            }
        }

        return longest;
    }

    private static Edge[] NewTable(int capacity)
    {
        var edges = new Edge[capacity];
        edges.AsSpan().Fill(new Edge(0, None));
        return edges;
    }

    private static uint Key(int node, byte label) => ((uint)node << 8) | label;

    // Fibonacci hashing. Nobody who writes a file knows the seed, so nobody can choose pieces whose edges all fall into one place.
    private uint Hash(uint key) => (key ^ _seed) * 2654435769u;

    private int AddNode(int parent, byte label)
    {
        // The root has none.
        if (_nodes > _mostBytes)
        {
            throw new InvalidDataException($"its pieces have more than {_mostBytes} bytes together");
        }

        if (_nodes == _pieces.Length)
        {
            Array.Resize(ref _pieces, 2 * _pieces.Length);
        }

        // At most half full, so that probes are short.
        if (2 * _nodes >= _edges.Length)
        {
            Grow();
        }

        int node = _nodes++;
        _pieces[node] = None;
        if (parent == Root)
        {
            _rootChildren[label] = node;
        }
        else
        {
            Insert(new Edge(Key(parent, label), node));
        }

        return node;
    }

    private void Grow()
    {
        Edge[] smaller = _edges;
        _edges = NewTable(2 * smaller.Length);
        _shift--;
        foreach (Edge edge in smaller)
        {
            if (edge.Child != None)
            {
                Insert(edge);
            }
        }
    }

    private void Insert(Edge edge)
    {
        uint slot = Hash(edge.Key) >> _shift;
        while (_edges[slot & (uint)(_edges.Length - 1)].Child != None)
        {
            slot++;
        }

        _edges[slot & (uint)(_edges.Length - 1)] = edge;
    }

    private readonly struct Edge(uint key, int child)
    {
        public readonly uint Key = key;
        public readonly int Child = child;
    }
}
