namespace KernelGen.Audio;

/// <summary>
/// Counts the bytes that zlib makes of data at its default level, 6, without making them: what Python's <c>len(zlib.compress(data))</c> is. How often a text repeats
/// itself is told from this number, and decides whether a window is decoded again. .NET's own compression has other sizes, and they depend on the processor.
/// </summary>
/// <remarks>
/// It follows zlib (Gailly and Adler) step by step: the hash of three bytes, chains of 128 candidates, lazy matches, blocks of 16,383 symbols. Up to 64 KiB the numbers are the same;
/// beyond, matches at the very end may differ by some bytes.
/// </remarks>
internal ref struct CompressedSize
{
    private const int ShortestMatch = 3;
    private const int LongestMatch = 258;
    private const int WindowSize = 1 << 15;
    private const int FarthestMatch = WindowSize - (LongestMatch + ShortestMatch + 1);

    /// <summary>A match of three bytes that is farther away costs more than the bytes.</summary>
    private const int FarthestShortMatch = 4096;

    private const int HashMask = (1 << 15) - 1;

    // Level 6.
    private const int GoodLength = 8;
    private const int LongestLazyMatch = 16;
    private const int NiceLength = 128;
    private const int LongestChain = 128;

    private const int HeaderBytes = 2;
    private const int ChecksumBytes = 4;

    private readonly ReadOnlySpan<byte> _data;
    private readonly ReadOnlySpan<byte> _padded;
    private readonly int[] _heads;
    private readonly int[] _previous;
    private readonly DeflateBlock _block;
    private int _matchStart;

    private CompressedSize(ReadOnlySpan<byte> data)
    {
        // Comparing may look past the end, where zlib's window has zeros.
        byte[] padded = new byte[data.Length + LongestMatch + 1];
        data.CopyTo(padded);
        _data = data;
        _padded = padded;
        _heads = new int[HashMask + 1];
        _previous = new int[WindowSize];
        _block = new DeflateBlock();
    }

    /// <summary>Counts the bytes of compressed data, header and checksum included.</summary>
    /// <param name="data">The data.</param>
    public static int Of(ReadOnlySpan<byte> data) => new CompressedSize(data).Count();

    private int Count()
    {
        int position = 0;
        int blockStart = 0;
        int length = ShortestMatch - 1;
        bool hasLiteral = false;
        while (position < _data.Length)
        {
            int candidate = position + ShortestMatch <= _data.Length ? Insert(position) : 0;
            int earlierLength = length;
            int earlierStart = _matchStart;
            length = ShortestMatch - 1;
            if (candidate != 0 && earlierLength < LongestLazyMatch && position - candidate <= FarthestMatch)
            {
                length = Match(position, candidate, earlierLength);
                if (length == ShortestMatch && position - _matchStart > FarthestShortMatch)
                {
                    length = ShortestMatch - 1;
                }
            }

            if (earlierLength >= ShortestMatch && length <= earlierLength)
            {
                // The match that began one byte earlier is no worse, and is taken.
                bool isFull = _block.AddMatch(earlierLength, position - 1 - earlierStart);
                int end = position - 1 + earlierLength;
                while (++position < end)
                {
                    if (position + ShortestMatch <= _data.Length)
                    {
                        Insert(position);
                    }
                }

                hasLiteral = false;
                length = ShortestMatch - 1;
                if (isFull)
                {
                    _block.End(position - blockStart);
                    blockStart = position;
                }
            }
            else
            {
                if (hasLiteral && _block.AddLiteral(_data[position - 1]))
                {
                    _block.End(position - blockStart);
                    blockStart = position;
                }

                hasLiteral = true;
                position++;
            }
        }

        if (hasLiteral)
        {
            _block.AddLiteral(_data[^1]);
        }

        _block.End(_data.Length - blockStart);
        return (int)((_block.Bits + 7) / 8) + HeaderBytes + ChecksumBytes;
    }

    /// <summary>Puts a position into the chain of its three bytes, and returns the last one before it there, or 0.</summary>
    private readonly int Insert(int position)
    {
        int hash = ((_padded[position] << 10) ^ (_padded[position + 1] << 5) ^ _padded[position + 2]) & HashMask;
        int head = _heads[hash];
        _previous[position & (WindowSize - 1)] = head;
        _heads[hash] = position;
        return head;
    }

    /// <summary>The length of the longest match that is longer than the earlier one; its start is in <see cref="_matchStart"/>.</summary>
    private int Match(int position, int candidate, int earlierLength)
    {
        int left = _data.Length - position;
        int nice = Math.Min(NiceLength, left);
        int limit = Math.Max(position - FarthestMatch, 0);
        int chain = earlierLength >= GoodLength ? LongestChain / 4 : LongestChain;
        int best = earlierLength;
        ReadOnlySpan<byte> here = _padded.Slice(position, Math.Min(LongestMatch, _padded.Length - position));
        do
        {
            ReadOnlySpan<byte> there = _padded.Slice(candidate, here.Length);
            if (best < here.Length && there[best] == here[best] && there[best - 1] == here[best - 1])
            {
                int common = here.CommonPrefixLength(there);
                if (common > best)
                {
                    _matchStart = candidate;
                    best = common;
                    if (common >= nice)
                    {
                        break;
                    }
                }
            }

            candidate = _previous[candidate & (WindowSize - 1)];
        }
        while (candidate > limit && --chain != 0);

        return Math.Min(best, left);
    }
}
