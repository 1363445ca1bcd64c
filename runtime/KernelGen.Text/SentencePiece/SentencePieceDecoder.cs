namespace KernelGen.Text;

/// <summary>
/// Turns the tokens of a SentencePiece model into text, and does nothing else: a program that only writes with a model loads it in well under a millisecond
/// and, published to native AOT, does not contain what encoding needs.
/// </summary>
/// <remarks>
/// Text is made as SentencePiece makes it: control tokens add nothing, U+2581 becomes a space, the space that encoding put before the first word is dropped,
/// an unknown token becomes the surface that the model gives it (" ⁇ " unless set), and bytes that are not UTF-8 become U+FFFD, one for each.
/// </remarks>
public sealed class SentencePieceDecoder : ITokenDecoder
{
    internal SentencePieceDecoder(byte[] file, string source) => Model = SentencePieceModel.Read(file, source);

    /// <inheritdoc/>
    public int VocabularySize => Model.PieceCount;

    /// <inheritdoc/>
    public int? PadToken => Model.PadToken;

    /// <inheritdoc/>
    public int? StartToken => Model.StartToken;

    /// <inheritdoc/>
    public int? EndToken => Model.EndToken;

    /// <inheritdoc/>
    public int? UnknownToken => Model.UnknownToken;

    internal SentencePieceModel Model { get; }

    /// <summary>Reads a model from a file.</summary>
    /// <param name="path">The path of the model (<c>.spm</c> or <c>.model</c>).</param>
    /// <returns>The decoder.</returns>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model, or one that is not supported.</exception>
    public static SentencePieceDecoder Load(string path) => new(FileContents.Read(path), FileContents.Name(path));

    /// <summary>Reads a model from what is left of a stream.</summary>
    /// <param name="stream">A stream of the model's bytes. It stays open.</param>
    /// <returns>The decoder.</returns>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model, or one that is not supported.</exception>
    public static SentencePieceDecoder Load(Stream stream) => new(FileContents.Read(stream), FileContents.Unnamed);

    /// <inheritdoc/>
    public string Piece(int token)
    {
        TokenRange.Check(token, VocabularySize);
        return Model.TextOf(token);
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        TokenRange.Check(tokens, VocabularySize);
        var sequence = new Sequence(Model, tokens.Length);
        foreach (int token in tokens)
        {
            sequence.Add(token);
        }

        return sequence.Flush();
    }

    /// <inheritdoc/>
    public StreamingDecoder CreateDecoder() => new Sequence(Model, tokens: 0);

    /// <summary>One sequence, on its way from tokens to text.</summary>
    private sealed class Sequence(SentencePieceModel model, int tokens) : StreamingDecoder
    {
        // A byte is one token at most, so that text rarely outgrows this.
        private readonly PieceText _text = new(capacity: tokens * 8);
        private bool _hasText;
        private bool _atStart = true;
        private bool _droppedSpace;

        public override string Append(int token)
        {
            TokenRange.Check(token, model.PieceCount);
            Add(token);
            _hasText |= !_text.IsEmpty;
            return _text.Take();
        }

        public override string Flush()
        {
            _text.EndBytes();
            (_hasText, _atStart, _droppedSpace) = (false, true, false);
            return _text.Take();
        }

        public void Add(int token)
        {
            PieceType type = model.TypeOf(token);
            if (type == PieceType.Byte)
            {
                _text.Append(model.ByteOf(token));
                return;
            }

            _text.EndBytes();
            _atStart &= !_droppedSpace && !_hasText && _text.IsEmpty;
            _droppedSpace = false;
            if (type == PieceType.Unknown)
            {
                _text.Append(model.UnknownSurface);
            }
            else if (type != PieceType.Control)
            {
                ReadOnlySpan<byte> piece = model.PieceOf(token);
                if (_atStart && model.DropsLeadingSpace && piece.StartsWith(PieceText.Space))
                {
                    piece = piece[PieceText.Space.Length..];
                    _droppedSpace = !model.DropsAllLeadingSpaces;
                }

                _text.AppendPiece(piece);
            }
        }
    }
}
