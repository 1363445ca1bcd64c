using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// A SentencePiece model with tokens of its own: its pieces are renumbered, special tokens that are written out in a text become those tokens, as in Hugging
/// Face's tokenizers, and decoding drops them and the unknown token.
/// </summary>
internal sealed class RenumberedTokenizer : ITokenizer, ISpanTokenizer
{
    private const int None = -1;

    private readonly SentencePieceTokenizer _pieces;
    private readonly PieceNumbering _numbering;
    private readonly int[] _pieceOfToken;
    private readonly AddedTokenMatcher _special;

    public RenumberedTokenizer(SentencePieceTokenizer pieces, PieceNumbering numbering)
    {
        _pieces = pieces;
        _numbering = numbering;
        _pieceOfToken = new int[numbering.VocabularySize];
        _pieceOfToken.AsSpan().Fill(None);
        for (int piece = 0; piece < numbering.Tokens.Length; piece++)
        {
            _pieceOfToken[numbering.Tokens[piece]] = piece;
        }

        foreach (int token in numbering.Special.Keys)
        {
            _pieceOfToken[token] = None;
        }

        AddedToken[] special = [.. numbering.Special.Select(static token => new AddedToken(token.Key, token.Value))];
        _special = new AddedTokenMatcher(special, [.. special.Select(static token => Encoding.UTF8.GetBytes(token.Content))]);
    }

    public int VocabularySize => _numbering.VocabularySize;

    public int? PadToken => _numbering.PadToken;

    public int? StartToken => _numbering.StartToken;

    public int? EndToken => _numbering.EndToken;

    public int? UnknownToken => _numbering.UnknownToken;

    public int[] Encode(string text)
    {
        var tokens = new List<int>();
        Encode(text, tokens);
        return [.. tokens];
    }

    public void Encode(string text, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        tokens.AddRange(_numbering.Prefix.AsSpan());
        foreach ((int start, int end, int special) in Parts(text))
        {
            if (special != None)
            {
                tokens.Add(special);
                continue;
            }

            int first = tokens.Count;
            _pieces.Encode(Part(text, start, end), tokens);
            foreach (ref int token in CollectionsMarshal.AsSpan(tokens)[first..])
            {
                token = _numbering.Tokens[token];
            }
        }

        tokens.AddRange(_numbering.Suffix.AsSpan());
    }

    public void Encode(string text, List<TokenSpan> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        foreach (int token in _numbering.Prefix)
        {
            tokens.Add(new TokenSpan(token, 0, 0));
        }

        foreach ((int start, int end, int special) in Parts(text))
        {
            if (special != None)
            {
                tokens.Add(new TokenSpan(special, start, end - start));
                continue;
            }

            int first = tokens.Count;
            _pieces.Encode(Part(text, start, end), tokens);
            foreach (ref TokenSpan span in CollectionsMarshal.AsSpan(tokens)[first..])
            {
                span = new TokenSpan(_numbering.Tokens[span.Token], span.Start + start, span.Length);
            }
        }

        foreach (int token in _numbering.Suffix)
        {
            tokens.Add(new TokenSpan(token, text.Length, 0));
        }
    }

    public string Piece(int token)
    {
        TokenRange.Check(token, VocabularySize);
        return _numbering.Special.TryGetValue(token, out string? name) ? name
            : _pieceOfToken[token] is >= 0 and int piece ? _pieces.Piece(piece)
            : string.Create(CultureInfo.InvariantCulture, $"<unused_{token}>");
    }

    public string Decode(ReadOnlySpan<int> tokens)
    {
        TokenRange.Check(tokens, VocabularySize);
        int[] pieces = new int[tokens.Length];
        int count = 0;
        foreach (int token in tokens)
        {
            pieces[count] = _pieceOfToken[token];
            count += pieces[count] >= 0 ? 1 : 0;
        }

        return _pieces.Decode(pieces.AsSpan(0, count));
    }

    public StreamingDecoder CreateDecoder() => new Sequence(this);

    private static string Part(string text, int start, int end) => end - start == text.Length ? text : text[start..end];

    /// <summary>The parts of a text: special tokens that are written out, and what is between them.</summary>
    private List<(int Start, int End, int Special)> Parts(string text)
    {
        var parts = new List<(int Start, int End, int Special)>();
        var workspace = Workspace.Rent();
        TextBuffer buffer = workspace.Text;
        buffer.Fill(text, isTracked: true);
        int done = 0;
        int from = 0;
        while (_special.TryFind(buffer.Bytes, 0, 0, ref from, out AddedTokenMatch match))
        {
            (int start, int length) = buffer.Origin(match.Start, match.End);
            AddText(start);
            parts.Add((start, start + length, match.Token));
            done = start + length;
        }

        AddText(text.Length);
        workspace.Return();
        return parts;

        void AddText(int end)
        {
            if (end > done || text.Length == 0)
            {
                parts.Add((done, end, None));
            }
        }
    }

    private sealed class Sequence(RenumberedTokenizer tokenizer) : StreamingDecoder
    {
        private readonly StreamingDecoder _pieces = tokenizer._pieces.CreateDecoder();

        public override string Append(int token)
        {
            TokenRange.Check(token, tokenizer.VocabularySize);
            return tokenizer._pieceOfToken[token] is >= 0 and int piece ? _pieces.Append(piece) : "";
        }

        public override string Flush() => _pieces.Flush();
    }
}
