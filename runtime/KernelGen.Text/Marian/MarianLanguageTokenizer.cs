using System.Text;

namespace KernelGen.Text;

/// <summary>One language of a Marian model: its SentencePiece model's pieces, with the tokens of the vocabulary that both languages share.</summary>
internal sealed class MarianLanguageTokenizer : ITokenizer, ISpanTokenizer, ILanguageCodes
{
    private readonly MarianVocabulary _vocabulary;
    private readonly SentencePieceTokenizer _pieces;

    /// <summary>The vocabulary's token of each piece of the SentencePiece model.</summary>
    private readonly int[] _tokenOfPiece;

    /// <summary>What each token of the vocabulary adds to text, in UTF-8; <see langword="null"/> is nothing.</summary>
    private readonly byte[]?[] _textOfToken;

    /// <summary>The byte that a token stands for, and -1 for those that stand for pieces.</summary>
    private readonly short[] _byteOfToken;

    public MarianLanguageTokenizer(MarianVocabulary vocabulary, SentencePieceTokenizer pieces, string name)
    {
        _vocabulary = vocabulary;
        _pieces = pieces;
        _tokenOfPiece = new int[pieces.VocabularySize];
        _textOfToken = new byte[]?[vocabulary.Count];
        _byteOfToken = new short[vocabulary.Count];
        Array.Fill(_byteOfToken, (short)-1);
        for (int token = 0; token < vocabulary.Count; token++)
        {
            bool isSpecial = token == vocabulary.EndToken || token == vocabulary.UnknownToken || token == vocabulary.PadToken;
            _textOfToken[token] = isSpecial ? null : Encoding.UTF8.GetBytes(vocabulary.Piece(token));
        }

        SentencePieceModel model = pieces.Model;
        int found = 0;
        for (int piece = 0; piece < _tokenOfPiece.Length; piece++)
        {
            PieceType type = model.TypeOf(piece);
            int token = vocabulary.TokenOf(model.TextOf(piece));
            _tokenOfPiece[piece] = token;
            if (token == vocabulary.UnknownToken || token == vocabulary.EndToken || token == vocabulary.PadToken)
            {
                continue;
            }

            if (type == PieceType.Byte)
            {
                _byteOfToken[token] = model.ByteOf(piece);
            }
            else if (type == PieceType.Control)
            {
                _textOfToken[token] = null;
            }

            found++;
        }

        if (found == 0)
        {
            throw new InvalidDataException($"{name} and {vocabulary.Source} do not belong together: the vocabulary has none of the model's {_tokenOfPiece.Length} pieces. Use the files of one model.");
        }
    }

    public int VocabularySize => _vocabulary.Count;

    public int? PadToken => _vocabulary.PadToken;

    /// <summary>None: Marian's decoder begins with the pad token, and no source has one.</summary>
    public int? StartToken => null;

    public int? EndToken => _vocabulary.EndToken;

    public int? UnknownToken => _vocabulary.UnknownToken;

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
        int codeLength = MarianVocabulary.LanguageCodeLength(text);
        if (codeLength > 0)
        {
            tokens.Add(_vocabulary.TokenOf(text.AsSpan(0, codeLength)));
        }

        using EncodedText encoded = _pieces.EncodePieces(text.AsSpan(codeLength), hasOrigins: false);
        foreach (Segment segment in encoded.Segments.Items)
        {
            tokens.Add(TokenOf(segment, in encoded));
        }

        tokens.Add(_vocabulary.EndToken);
    }

    public void Encode(string text, List<TokenSpan> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        int codeLength = MarianVocabulary.LanguageCodeLength(text);
        if (codeLength > 0)
        {
            tokens.Add(new TokenSpan(_vocabulary.TokenOf(text.AsSpan(0, codeLength)), 0, codeLength));
        }

        using EncodedText encoded = _pieces.EncodePieces(text.AsSpan(codeLength), hasOrigins: true);
        foreach (Segment segment in encoded.Segments.Items)
        {
            TokenSpan span = encoded.SpanOf(segment);
            tokens.Add(new TokenSpan(TokenOf(segment, in encoded), codeLength + span.Start, span.Length));
        }

        tokens.Add(new TokenSpan(_vocabulary.EndToken, text.Length, 0));
    }

    public int CodeLength(string text) => MarianVocabulary.LanguageCodeLength(text);

    public string Piece(int token)
    {
        TokenRange.Check(token, VocabularySize);
        return _vocabulary.Piece(token);
    }

    public string Decode(ReadOnlySpan<int> tokens)
    {
        TokenRange.Check(tokens, VocabularySize);
        var sequence = new Sequence(this, tokens.Length);
        foreach (int token in tokens)
        {
            sequence.Add(token);
        }

        return sequence.Flush();
    }

    public StreamingDecoder CreateDecoder() => new Sequence(this, tokens: 0);

    private int TokenOf(Segment segment, in EncodedText encoded)
    {
        if (segment.Piece != _pieces.UnknownToken)
        {
            return _tokenOfPiece[segment.Piece];
        }

        // What one language's model does not know may be a piece of the other's, which the vocabulary has.
        ReadOnlySpan<byte> text = encoded.TextOf(segment);
        using var characters = new RentedBuffer<char>(text.Length);
        Span<char> unknown = characters.Append(text.Length);
        return _vocabulary.TokenOfUnknown(unknown[..Encoding.UTF8.GetChars(text, unknown)]);
    }

    /// <summary>One sequence, on its way from tokens to text; white space is held back until text follows it, because none ends the text.</summary>
    private sealed class Sequence(MarianLanguageTokenizer language, int tokens) : StreamingDecoder
    {
        private readonly PieceText _text = new(capacity: tokens * 8);
        private string _whiteSpace = "";
        private bool _hasText;

        public override string Append(int token)
        {
            TokenRange.Check(token, language.VocabularySize);
            Add(token);
            return Take();
        }

        public override string Flush()
        {
            _text.EndBytes();
            string rest = Take();
            (_whiteSpace, _hasText) = ("", false);
            return rest;
        }

        public void Add(int token)
        {
            if (language._byteOfToken[token] is >= 0 and short value)
            {
                _text.Append((byte)value);
            }
            else if (language._textOfToken[token] is { } piece)
            {
                _text.AppendPiece(piece);
            }
        }

        private string Take()
        {
            string text = _text.Take();
            string trimmed = text.TrimEnd();
            if (trimmed.Length == 0)
            {
                _whiteSpace += text;
                return "";
            }

            string certain = _hasText ? _whiteSpace + trimmed : trimmed.TrimStart();
            _whiteSpace = text[trimmed.Length..];
            _hasText = true;
            return certain;
        }
    }
}
