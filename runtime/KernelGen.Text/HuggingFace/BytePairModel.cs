using System.Runtime.Intrinsics;

namespace KernelGen.Text;

/// <summary>
/// Byte-pair encoding (Sennrich, Haddow and Birch 2016, <see href="https://arxiv.org/abs/1508.07909"/>) as Hugging Face's tokenizers do it: the symbols of a
/// word are its bytes or its characters, and of the pairs that may merge the one of the lowest rank does, the leftmost first.
/// </summary>
internal sealed class BytePairModel : SubwordModel
{
    private const int Absent = -1;

    /// <summary>Words of at most so many bytes are merged by looking at all pairs for the lowest rank: below it that is faster than a heap.</summary>
    private const int ShortWord = 40;

    private readonly PieceTable _pieces;

    /// <summary>The merges; <see langword="null"/> where two pieces merge if their bytes together are a piece, whose token is the rank (tiktoken).</summary>
    private readonly MergeTable? _merges;

    /// <summary>The token of each single byte, or of each ASCII character where symbols are characters.</summary>
    private readonly int[] _tokenOfByte = new int[256];

    /// <summary>Whether the bytes of a token, as a word, are known to have it as their only token. Any thread may find that out, to the same end.</summary>
    private readonly bool[] _isWhole;
    private readonly BytePairOptions _options;
    private readonly WordTable _shortWords = new();
    private readonly WordCache _otherWords = new();
    private readonly bool _cutsAtSpaces;

    /// <summary>Creates a model.</summary>
    /// <param name="pieces">The pieces: raw bytes where symbols are bytes.</param>
    /// <param name="merges">The merges, or <see langword="null"/> where tokens are ranks.</param>
    /// <param name="options">The rest.</param>
    public BytePairModel(PieceTable pieces, MergeTable? merges, BytePairOptions options)
    {
        _pieces = pieces;
        _merges = merges;
        _options = options;
        _cutsAtSpaces = merges is not null && !options.SymbolsAreBytes && !options.IgnoreMerges && NoPieceGoesOnWithASpace(pieces)
            && !(options.UnknownToken is { } unknown && pieces[unknown].StartsWith(VisibleSpace));
        _isWhole = new bool[pieces.Size];
        for (int value = 0; value < _tokenOfByte.Length; value++)
        {
            _tokenOfByte[value] = options.SymbolsAreBytes || value < 0x80 ? pieces.Find([(byte)value]) : Absent;
        }
    }

    private static ReadOnlySpan<byte> VisibleSpace => "\u2581"u8;

    public override void Encode(ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        if (!_cutsAtSpaces)
        {
            EncodeWord(text, start, end, workspace);
            return;
        }

        // Files without a pre-tokenizer make one word of a whole text; what nothing merges across may as well be cut there.
        for (int wordStart = start, wordEnd; wordStart < end; wordStart = wordEnd)
        {
            int afterSpaces = wordStart;
            while (text[afterSpaces..end].StartsWith(VisibleSpace))
            {
                afterSpaces += VisibleSpace.Length;
            }

            int found = text[afterSpaces..end].IndexOf(VisibleSpace);
            wordEnd = found < 0 ? end : afterSpaces + found;
            EncodeWord(text, wordStart, wordEnd, workspace);
        }
    }

    /// <summary>Whether the visible space is a piece, and no piece has it after another character, so that no merge makes one across such a place.</summary>
    private static bool NoPieceGoesOnWithASpace(PieceTable pieces)
    {
        for (int token = 0; token < pieces.Size; token++)
        {
            ReadOnlySpan<byte> piece = pieces[token];
            while (piece.StartsWith(VisibleSpace))
            {
                piece = piece[VisibleSpace.Length..];
            }

            if (piece.IndexOf(VisibleSpace) >= 0)
            {
                return false;
            }
        }

        return pieces.Find(VisibleSpace) != Absent;
    }

    /// <summary>Appends the tokens of a part of a text, which is cut into words as <see cref="ByteLevelScanner"/> does.</summary>
    /// <param name="text">The text, and <see cref="WordKey.BlockSize"/> bytes or more behind it.</param>
    /// <param name="start">Where the part starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="workspace">Takes the tokens.</param>
    public void EncodeByteLevel(ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        for (int wordEnd; start < end; start = wordEnd)
        {
            Vector128<byte> block = Vector128.Create(text.Slice(start, WordKey.BlockSize));
            int length = text[start] < 0x80 ? ByteLevelScanner.ShortWordLength(block, end - start) : 0;
            if (length == 0)
            {
                wordEnd = ByteLevelScanner.WordEnd(text[..end], start);
                EncodeWord(text, start, wordEnd, workspace);
                continue;
            }

            wordEnd = start + length;
            var key = new WordKey(block, length);
            if (_shortWords.TryFind(key, out Vector128<int> first, out Vector128<int> rest))
            {
                workspace.Add(first, rest, start);
            }
            else
            {
                EncodeOtherWord(key, text, start, wordEnd, workspace);
            }
        }
    }

    private void EncodeWord(ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        int length = end - start;
        if (length <= WordKey.LongestWord)
        {
            var key = new WordKey(Vector128.Create(text.Slice(start, WordKey.BlockSize)), length);
            if (_shortWords.TryFind(key, out Vector128<int> first, out Vector128<int> rest))
            {
                workspace.Add(first, rest, start);
            }
            else
            {
                EncodeOtherWord(key, text, start, end, workspace);
            }
        }
        else if (length <= ShortWord)
        {
            EncodeOtherWord(key: null, text, start, end, workspace);
        }
        else if (_options.IgnoreMerges && length <= _pieces.Longest && _pieces.Find(text.Slice(start, length)) is >= 0 and int token)
        {
            workspace.Add(token, start, end);
        }
        else
        {
            EncodeLong(text, start, end, workspace);
        }
    }

    /// <summary>Encodes a word that is not in the table of short ones, and keeps it: there, if it is one and there is room.</summary>
    private void EncodeOtherWord(WordKey? key, ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        int token = _pieces.Find(text[start..end], out uint hash);
        int first = workspace.Count;
        bool isWhole = token != Absent && (_options.IgnoreMerges || _isWhole[token]);
        if (isWhole)
        {
            workspace.Add(token, start, end);
        }
        else if (_otherWords.TryGet(hash, text[start..end], start, workspace))
        {
            return;
        }
        else
        {
            EncodeShort(text, start, end, workspace);
            if (token != Absent && workspace.Count == first + 1 && workspace.Tokens[first] == token)
            {
                isWhole = _isWhole[token] = true;
            }
        }

        Span<int> items = stackalloc int[WordTable.ItemCount];
        bool isKept = key is { } word && workspace.TryGetItems(first, start, end, items) && _shortWords.Keep(word, items);
        if (!isKept && !isWhole)
        {
            _otherWords.Keep(hash, text, start, end, workspace, first);
        }
    }

    private void EncodeShort(ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        Span<int> tokens = stackalloc int[ShortWord + 1];
        Span<int> starts = stackalloc int[ShortWord + 1];
        Span<int> ranks = stackalloc int[ShortWord + 1];
        int count = Symbols(text, start, end, tokens, starts);
        for (int i = 0; i + 1 < count; i++)
        {
            ranks[i] = Rank(text, tokens[i], tokens[i + 1], starts[i], starts[i + 2], out _);
        }

        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i < count - 1; i++)
            {
                best = ranks[i] < ranks[best] ? i : best;
            }

            if (ranks[best] == int.MaxValue)
            {
                break;
            }

            Rank(text, tokens[best], tokens[best + 1], starts[best], starts[best + 2], out tokens[best]);
            tokens[(best + 2)..count].CopyTo(tokens[(best + 1)..]);
            starts[(best + 2)..(count + 1)].CopyTo(starts[(best + 1)..]);
            count--;
            if (best + 1 < count)
            {
                ranks[(best + 2)..count].CopyTo(ranks[(best + 1)..]);
                ranks[best] = Rank(text, tokens[best], tokens[best + 1], starts[best], starts[best + 2], out _);
            }

            if (best > 0)
            {
                ranks[best - 1] = Rank(text, tokens[best - 1], tokens[best], starts[best - 1], starts[best + 1], out _);
            }
        }

        for (int i = 0; i < count; i++)
        {
            workspace.Add(tokens[i], starts[i], starts[i + 1]);
        }
    }

    private void EncodeLong(ReadOnlySpan<byte> text, int start, int end, Workspace workspace)
    {
        SymbolList symbols = workspace.Symbols;
        symbols.Clear();
        Symbols(text, start, end, symbols);
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            Push(text, symbols, i);
        }

        while (symbols.TryPop(out int rank, out int symbol))
        {
            // What was noted before one of the two merged with another is no longer so.
            if (symbols.Tokens[symbol] == Absent || symbols.Next(symbol) == symbols.Count || Rank(text, symbols, symbol, out int merged) != rank)
            {
                continue;
            }

            symbols.Merge(symbol, merged);
            if (symbols.Previous(symbol) >= 0)
            {
                Push(text, symbols, symbols.Previous(symbol));
            }

            Push(text, symbols, symbol);
        }

        for (int i = 0; i < symbols.Count; i = symbols.Next(i))
        {
            workspace.Add(symbols.Tokens[i], symbols.Starts[i], symbols.Starts[symbols.Next(i)]);
        }
    }

    private void Push(ReadOnlySpan<byte> text, SymbolList symbols, int symbol)
    {
        if (symbols.Next(symbol) < symbols.Count && Rank(text, symbols, symbol, out _) is < int.MaxValue and int rank)
        {
            symbols.Push(rank, symbol);
        }
    }

    private int Rank(ReadOnlySpan<byte> text, SymbolList symbols, int symbol, out int merged)
    {
        int next = symbols.Next(symbol);
        return Rank(text, symbols.Tokens[symbol], symbols.Tokens[next], symbols.Starts[symbol], symbols.Starts[symbols.Next(next)], out merged);
    }

    private int Rank(ReadOnlySpan<byte> text, int left, int right, int start, int end, out int merged)
    {
        if (_merges is not null)
        {
            return _merges.RankOf(left, right, out merged);
        }

        merged = end - start <= _pieces.Longest ? _pieces.Find(text[start..end]) : Absent;
        return merged == Absent ? int.MaxValue : merged;
    }

    private int Symbols(ReadOnlySpan<byte> text, int start, int end, Span<int> tokens, Span<int> starts)
    {
        int count = 0;
        int bytesLeft = 0;
        for (int position = start; NextSymbol(text, ref position, end, ref bytesLeft, out int token, out int symbolStart); count++)
        {
            tokens[count] = token;
            starts[count] = symbolStart;
        }

        starts[count] = end;
        return count;
    }

    private void Symbols(ReadOnlySpan<byte> text, int start, int end, SymbolList symbols)
    {
        int bytesLeft = 0;
        for (int position = start; NextSymbol(text, ref position, end, ref bytesLeft, out int token, out int symbolStart);)
        {
            symbols.Add(token, symbolStart);
        }

        if (symbols.Count > 0)
        {
            symbols.End(end);
        }
    }

    /// <summary>Finds the next symbol of a word: what the vocabulary lacks becomes its bytes, the unknown token, or nothing.</summary>
    private bool NextSymbol(ReadOnlySpan<byte> text, ref int position, int end, ref int bytesLeft, out int token, out int symbolStart)
    {
        token = Absent;
        while (true)
        {
            symbolStart = position;
            if (position == end)
            {
                return false;
            }

            if (bytesLeft > 0)
            {
                bytesLeft--;
                token = _options.TokenOfFallbackByte![text[position++]];
                return true;
            }

            token = Character(text, position, out int length);
            if (token == Absent && _options.TokenOfFallbackByte is not null)
            {
                bytesLeft = length;
                continue;
            }

            position += length;
            if (token == Absent && _options.UnknownToken is { } unknown)
            {
                token = unknown;
                while (_options.FuseUnknown && position < end && Character(text, position, out length) == Absent)
                {
                    position += length;
                }
            }

            if (token != Absent)
            {
                return true;
            }
        }
    }

    private int Character(ReadOnlySpan<byte> text, int position, out int length)
    {
        byte first = text[position];
        length = _options.SymbolsAreBytes ? 1 : CharacterLength(first);
        return length == 1 ? _tokenOfByte[first] : _pieces.Find(text.Slice(position, length));
    }
}
