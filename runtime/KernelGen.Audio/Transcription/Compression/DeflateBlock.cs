namespace KernelGen.Audio;

/// <summary>The symbols of one block of deflated data (RFC 1951), and the bits that zlib writes of it.</summary>
internal sealed class DeflateBlock
{
    private const int EndOfBlock = 256;
    private const int FirstLengthCode = 257;
    private const int LengthCodes = 29;
    private const int DistanceCodes = 30;
    private const int LiteralSymbols = 286;
    private const int MostSymbols = (1 << 14) - 1;
    private const int HeaderBits = 3;
    private const int MostStoredBytes = ushort.MaxValue;

    // Repeat the last length; zeros, up to 10; zeros, up to 138.
    private const int RepeatLength = 16;
    private const int RepeatZero = 17;
    private const int RepeatZeroLong = 18;

    private static readonly byte[] LengthExtraBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly byte[] DistanceExtraBits = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
    private static readonly byte[] CodeLengthExtraBits = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 7];
    private static readonly byte[] CodeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly HuffmanCode _literals = new(LiteralSymbols, longest: 15, LengthExtraBits, FirstLengthCode);
    private readonly HuffmanCode _distances = new(DistanceCodes, longest: 15, DistanceExtraBits, firstExtra: 0);
    private readonly HuffmanCode _codeLengths = new(CodeLengthOrder.Length, longest: 7, CodeLengthExtraBits, firstExtra: 0);
    private int _symbols;

    public DeflateBlock() => Begin();

    /// <summary>The bits of all blocks that have ended.</summary>
    public long Bits { get; private set; }

    /// <summary>Adds a byte that is written as it is.</summary>
    /// <returns>Whether the block is full.</returns>
    public bool AddLiteral(byte value)
    {
        _literals.Count(value);
        return ++_symbols == MostSymbols;
    }

    /// <summary>Adds bytes that repeat earlier ones.</summary>
    /// <param name="length">How many: 3 to 258.</param>
    /// <param name="distance">How far back they are.</param>
    /// <returns>Whether the block is full.</returns>
    public bool AddMatch(int length, int distance)
    {
        _literals.Count(FirstLengthCode + CodeOf(length - 3, LengthExtraBits, LengthCodes - 1, isLength: true));
        _distances.Count(CodeOf(distance - 1, DistanceExtraBits, DistanceCodes, isLength: false));
        return ++_symbols == MostSymbols;
    }

    /// <summary>Ends the block, in the shortest of the three ways that there are, and begins another.</summary>
    /// <param name="bytes">The bytes that the block stands for.</param>
    public void End(int bytes)
    {
        _literals.Build();
        _distances.Build();
        _codeLengths.Begin();
        CountLengths(_literals);
        CountLengths(_distances);
        _codeLengths.Build();
        int orders = CodeLengthOrder.Length - 1;
        while (orders >= 3 && _codeLengths.LengthOf(CodeLengthOrder[orders]) == 0)
        {
            orders--;
        }

        long own = _literals.Bits + _distances.Bits + _codeLengths.Bits + (3 * (orders + 1)) + 5 + 5 + 4;
        long standard = _literals.BitsWith(StandardLength) + _distances.BitsWith(static _ => 5);
        long ownBytes = (own + HeaderBits + 7) / 8;
        long standardBytes = (standard + HeaderBits + 7) / 8;
        long shortest = Math.Min(ownBytes, standardBytes);
        if (bytes + 4 <= shortest && bytes <= MostStoredBytes)
        {
            Bits = ((Bits + HeaderBits + 7) / 8 * 8) + (8L * (bytes + 4));
        }
        else
        {
            Bits += HeaderBits + (standardBytes == shortest ? standard : own);
        }

        Begin();
    }

    private static int StandardLength(int symbol) => symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;

    /// <summary>The code of a length or distance: each stands for a range of 2^(extra bits) values. The longest length has a code of its own.</summary>
    private static int CodeOf(int value, byte[] extraBits, int codes, bool isLength)
    {
        if (isLength && value == 255)
        {
            return LengthCodes - 1;
        }

        int code = 0;
        int last = 0;
        while (code < codes - 1 && value >= last + (1 << extraBits[code]))
        {
            last += 1 << extraBits[code];
            code++;
        }

        return code;
    }

    private void Begin()
    {
        _literals.Begin();
        _distances.Begin();
        _literals.Count(EndOfBlock);
        _symbols = 0;
    }

    /// <summary>Counts the symbols that the lengths of a code's symbols are written with, runs as one.</summary>
    private void CountLengths(HuffmanCode code)
    {
        int before = -1;
        int next = code.LengthOf(0);
        int run = 0;
        (int longest, int shortest) = next == 0 ? (138, 3) : (7, 4);
        for (int symbol = 0; symbol <= code.LastSymbol; symbol++)
        {
            int length = next;
            next = symbol == code.LastSymbol ? -1 : code.LengthOf(symbol + 1);
            if (++run < longest && length == next)
            {
                continue;
            }

            if (run < shortest)
            {
                for (int i = 0; i < run; i++)
                {
                    _codeLengths.Count(length);
                }
            }
            else if (length != 0)
            {
                if (length != before)
                {
                    _codeLengths.Count(length);
                }

                _codeLengths.Count(RepeatLength);
            }
            else
            {
                _codeLengths.Count(run <= 10 ? RepeatZero : RepeatZeroLong);
            }

            run = 0;
            before = length;
            (longest, shortest) = next == 0 ? (138, 3) : length == next ? (6, 3) : (7, 4);
        }
    }
}
