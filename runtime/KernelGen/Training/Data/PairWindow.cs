using System.Runtime.InteropServices;
using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>Pairs that are held in memory, one behind the other. The arrays are reused.</summary>
internal sealed class PairWindow
{
    /// <summary>The most tokens: a gigabyte of them.</summary>
    private const int MostTokens = 1 << 28;

    private int[] _tokens = [];
    private int[] _ends = [];
    private int[] _sourceLengths = [];
    private uint _checksum = Crc32C.Initial;

    /// <summary>The number of pairs.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is no room for another pair.</summary>
    public bool IsFull => TokenCount >= MostTokens;

    /// <summary>The checksum of all pairs, by which they are known again.</summary>
    public uint Checksum => Crc32C.Finish(_checksum);

    private int TokenCount => Count == 0 ? 0 : _ends[Count - 1];

    /// <summary>The source of a pair.</summary>
    public ReadOnlySpan<int> Source(int pair) => _tokens.AsSpan(Start(pair), _sourceLengths[pair]);

    /// <summary>The target of a pair, the end token last.</summary>
    public ReadOnlySpan<int> Target(int pair) => _tokens.AsSpan(Start(pair) + _sourceLengths[pair], _ends[pair] - Start(pair) - _sourceLengths[pair]);

    /// <summary>Removes all pairs.</summary>
    public void Clear()
    {
        Count = 0;
        _checksum = Crc32C.Initial;
    }

    /// <summary>Adds a copy of a pair.</summary>
    /// <param name="source">The source.</param>
    /// <param name="target">The target, at least one token.</param>
    /// <param name="endToken">What is appended to the target where it is not its last token.</param>
    public void Add(ReadOnlySpan<int> source, ReadOnlySpan<int> target, int endToken)
    {
        int start = TokenCount;
        int end = start + source.Length + target.Length;
        Room(ref _tokens, end + 1);
        source.CopyTo(_tokens.AsSpan(start));
        target.CopyTo(_tokens.AsSpan(start + source.Length));
        if (target[^1] != endToken)
        {
            _tokens[end++] = endToken;
        }

        Room(ref _ends, Count + 1);
        Room(ref _sourceLengths, Count + 1);
        _ends[Count] = end;
        _sourceLengths[Count] = source.Length;
        _checksum = Crc32C.Append(_checksum, MemoryMarshal.AsBytes(_sourceLengths.AsSpan(Count, 1)));
        _checksum = Crc32C.Append(_checksum, MemoryMarshal.AsBytes(_tokens.AsSpan(start, end - start)));
        Count++;
    }

    private int Start(int pair) => pair == 0 ? 0 : _ends[pair - 1];

    private static void Room(ref int[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, 2 * array.Length));
        }
    }
}
