namespace KernelGen.Text;

/// <summary>
/// The tokens of a SentencePiece model: unigram, BPE, word or character (Kudo and Richardson 2018, <see href="https://arxiv.org/abs/1808.06226"/>).
/// </summary>
/// <remarks>
/// Text is encoded as SentencePiece encodes it: normalised by the model's own rules, cut, runs of unknown characters made one token or, where the model has
/// byte fallback, written as bytes. Pieces for control, such as <c>&lt;/s&gt;</c>, that are written out in a text are text. Decoding is
/// <see cref="SentencePieceDecoder"/>'s.
/// </remarks>
public sealed class SentencePieceTokenizer : ITokenizer, ISpanTokenizer
{
    private readonly SentencePieceDecoder _decoder;
    private readonly SentencePieceTokenizerOptions _options;
    private readonly SentencePieceEncoder _encoder;

    private SentencePieceTokenizer(byte[] file, SentencePieceTokenizerOptions? options, string source)
    {
        _options = options ?? new SentencePieceTokenizerOptions();
        _decoder = new SentencePieceDecoder(file, source);
        try
        {
            _encoder = new SentencePieceEncoder(_decoder.Model);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{source} is a SentencePiece model that text cannot be encoded with: {exception.Message}. To decode with it, load it as a {nameof(SentencePieceDecoder)}.", exception);
        }

        if (_options.PrependStartToken && _decoder.StartToken is null)
        {
            throw new InvalidDataException($"{source} has no start token to prepend. Load it without {nameof(SentencePieceTokenizerOptions.PrependStartToken)}.");
        }

        if (_options.AppendEndToken && _decoder.EndToken is null)
        {
            throw new InvalidDataException($"{source} has no end token to append. Load it without {nameof(SentencePieceTokenizerOptions.AppendEndToken)}.");
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _decoder.VocabularySize;

    /// <inheritdoc/>
    public int? PadToken => _decoder.PadToken;

    /// <inheritdoc/>
    public int? StartToken => _decoder.StartToken;

    /// <inheritdoc/>
    public int? EndToken => _decoder.EndToken;

    /// <inheritdoc/>
    public int? UnknownToken => _decoder.UnknownToken;

    /// <summary>Reads a model from a file.</summary>
    /// <param name="path">The path of the model (<c>.spm</c> or <c>.model</c>).</param>
    /// <param name="options">What to add to the tokens of a text, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model, or one that is not supported.</exception>
    public static SentencePieceTokenizer Load(string path, SentencePieceTokenizerOptions? options = null) =>
        new(FileContents.Read(path), options, FileContents.Name(path));

    /// <summary>Reads a model from what is left of a stream.</summary>
    /// <param name="stream">A stream of the model's bytes. It stays open.</param>
    /// <param name="options">What to add to the tokens of a text, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model, or one that is not supported.</exception>
    public static SentencePieceTokenizer Load(Stream stream, SentencePieceTokenizerOptions? options = null) =>
        new(FileContents.Read(stream), options, FileContents.Unnamed);

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        var tokens = new List<int>();
        Encode(text, tokens);
        return [.. tokens];
    }

    /// <inheritdoc/>
    public void Encode(string text, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        if (_options.PrependStartToken)
        {
            tokens.Add(_decoder.StartToken!.Value);
        }

        _encoder.Encode(text, tokens);
        if (_options.AppendEndToken)
        {
            tokens.Add(_decoder.EndToken!.Value);
        }
    }

    /// <inheritdoc/>
    public void Encode(string text, List<TokenSpan> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        using EncodedText encoded = _encoder.Encode(text, hasOrigins: true);
        if (_options.PrependStartToken)
        {
            tokens.Add(new TokenSpan(_decoder.StartToken!.Value, 0, 0));
        }

        foreach (Segment segment in encoded.Segments.Items)
        {
            tokens.Add(encoded.SpanOf(segment));
        }

        if (_options.AppendEndToken)
        {
            tokens.Add(new TokenSpan(_decoder.EndToken!.Value, text.Length, 0));
        }
    }

    /// <inheritdoc/>
    public string Piece(int token) => _decoder.Piece(token);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens) => _decoder.Decode(tokens);

    /// <inheritdoc/>
    public StreamingDecoder CreateDecoder() => _decoder.CreateDecoder();

    internal SentencePieceModel Model => _decoder.Model;

    /// <summary>The pieces of a text, without start and end tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hasOrigins">Whether it is asked where in the text the pieces are.</param>
    /// <returns>The pieces, to be disposed of.</returns>
    internal EncodedText EncodePieces(ReadOnlySpan<char> text, bool hasOrigins) => _encoder.Encode(text, hasOrigins);
}
