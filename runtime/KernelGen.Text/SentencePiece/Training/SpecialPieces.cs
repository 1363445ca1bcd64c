using System.Globalization;
using System.Text;

namespace KernelGen.Text;

/// <summary>The pieces of a model that are not found in text, and their tokens.</summary>
internal sealed class SpecialPieces
{
    private const int ByteCount = 256;

    private readonly SortedDictionary<int, (string Text, PieceType Type)> _pieces = [];
    private readonly Dictionary<string, int> _tokens = new(StringComparer.Ordinal);
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private int _next;

    /// <summary>Numbers them: those with tokens of their own first, the others in the order of their kinds at the first tokens that are free.</summary>
    /// <exception cref="ArgumentException">Two have the same token or text, or a text is none.</exception>
    public SpecialPieces(SentencePieceTrainingOptions options)
    {
        Place(options.UnknownToken, options.UnknownPiece, nameof(options.UnknownPiece), PieceType.Unknown, options);
        Place(options.StartToken, options.StartPiece, nameof(options.StartPiece), PieceType.Control, options);
        Place(options.EndToken, options.EndPiece, nameof(options.EndPiece), PieceType.Control, options);
        Place(options.PadToken, options.PadPiece, nameof(options.PadPiece), PieceType.Control, options);
        Add(options.ControlSymbols, PieceType.Control, nameof(options.ControlSymbols));
        Add(options.UserDefinedSymbols, PieceType.UserDefined, nameof(options.UserDefinedSymbols));
        if (options.ByteFallback)
        {
            Add([.. Enumerable.Range(0, ByteCount).Select(static value => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"))], PieceType.Byte, nameof(options.ByteFallback));
        }
    }

    /// <summary>Their number.</summary>
    public int Count => _pieces.Count;

    /// <summary>The greatest token of them.</summary>
    public int Last => _pieces.Keys.Max();

    /// <summary>Each with its token, in the order of tokens.</summary>
    public IEnumerable<KeyValuePair<int, (string Text, PieceType Type)>> All => _pieces;

    private void Place(int? token, string text, string property, PieceType type, SentencePieceTrainingOptions options)
    {
        if (token is not { } index)
        {
            return;
        }

        RefuseNone(text, property);

        if (index < 0 || index >= options.VocabularySize)
        {
            throw new ArgumentException($"The token of {text} is {index}; tokens go from 0 to {nameof(options.VocabularySize)} - 1, which is {options.VocabularySize - 1}.", nameof(options));
        }

        if (!_pieces.TryAdd(index, (text, type)))
        {
            throw new ArgumentException($"{_pieces[index].Text} and {text} both have the token {index}; each needs its own.", nameof(options));
        }

        if (!_tokens.TryAdd(text, index))
        {
            throw new ArgumentException($"{property} is {VocabularyFile.Quote(text)}, which the token {_tokens[text]} is called, too; each needs its own name.", nameof(options));
        }

        if (type == PieceType.Control)
        {
            _named.Add(text);
        }
    }

    private void Add(IReadOnlyList<string> texts, PieceType type, string property)
    {
        ArgumentNullException.ThrowIfNull(texts);
        for (int i = 0; i < texts.Count; i++)
        {
            string text = texts[i];
            RefuseNone(text, $"{property}[{i}]");
            if (type == PieceType.UserDefined && text.Contains(' '))
            {
                throw new ArgumentException($"{property}[{i}], {VocabularyFile.Quote(text)}, has a space, and no piece goes over one.", "options");
            }

            if (_tokens.TryGetValue(text, out int token))
            {
                // What has a token of its own may be another kind of piece, as in SentencePiece; the unknown piece may not.
                if (_pieces[token].Type != PieceType.Control || !_named.Contains(text) || texts.Take(i).Contains(text))
                {
                    throw new ArgumentException($"{property}[{i}], {VocabularyFile.Quote(text)}, is a special piece already; each is there once.", "options");
                }

                _pieces[token] = (text, type);
                continue;
            }

            while (_pieces.ContainsKey(_next))
            {
                _next++;
            }

            _pieces.Add(_next, (text, type));
            _tokens.Add(text, _next);
        }
    }

    private static void RefuseNone(string? text, string where)
    {
        if (string.IsNullOrEmpty(text) || text.Contains('\0') || text.EnumerateRunes().Any(static rune => rune == Rune.ReplacementChar)
            || Encoding.UTF8.GetByteCount(text) >= SentencePieceModel.PieceLengthLimit)
        {
            throw new ArgumentException(
                $"{where} is {(text is null ? "null" : VocabularyFile.Quote(text))}; a symbol is a text of 1 to {SentencePieceModel.PieceLengthLimit - 1} bytes of UTF-8, without U+0000, U+FFFD and halves of surrogate pairs.",
                "options");
        }
    }
}
