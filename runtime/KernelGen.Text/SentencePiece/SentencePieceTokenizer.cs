using System.Text;
using Microsoft.ML.Tokenizers;
using SentencePieceEncoder = Microsoft.ML.Tokenizers.SentencePieceTokenizer;

namespace KernelGen.Text;

/// <summary>
/// The tokens of a SentencePiece model, BPE or unigram (Kudo and Richardson 2018, <see href="https://arxiv.org/abs/1808.06226"/>).
/// </summary>
/// <remarks>
/// Encoding is Microsoft.ML.Tokenizers', which is set up when a text is first encoded; decoding is <see cref="SentencePieceDecoder"/>'s, on the bytes of the
/// model. A unigram model with byte fallback can be decoded but not encoded.
/// </remarks>
public sealed class SentencePieceTokenizer : ITokenizer
{
    private const int LongestReason = 200;

    private readonly SentencePieceDecoder _decoder;
    private readonly SentencePieceTokenizerOptions _options;
    private readonly byte[] _file;
    private readonly string _source;
    private SentencePieceEncoder? _encoder;

    private SentencePieceTokenizer(byte[] file, SentencePieceTokenizerOptions? options, string source)
    {
        _file = file;
        _source = source;
        _options = options ?? new SentencePieceTokenizerOptions();
        _decoder = new SentencePieceDecoder(file, source);
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
    /// <exception cref="NotSupportedException">The model is a unigram one with byte fallback.</exception>
    /// <exception cref="InvalidDataException">The model's pieces or rules contradict each other, so that text cannot be encoded with it.</exception>
    public int[] Encode(string text)
    {
        var tokens = new List<int>();
        Encode(text, tokens);
        return [.. tokens];
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The model is a unigram one with byte fallback.</exception>
    /// <exception cref="InvalidDataException">The model's pieces or rules contradict each other, so that text cannot be encoded with it.</exception>
    public void Encode(string text, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        if (_options.PrependStartToken)
        {
            tokens.Add(_decoder.StartToken!.Value);
        }

        // SentencePiece reports a run of unknown characters as one unknown token.
        bool afterUnknown = false;
        string valid = WithoutLoneSurrogates(text);
        IReadOnlyList<int> encoded = Guarded(
            static (encoder, text) => encoder.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false), valid);
        foreach (int token in encoded.Count == 0 && !Model.IsUnigram ? EncodeShort(valid) : encoded)
        {
            CheckEncoded(token);
            bool isUnknown = token == _decoder.UnknownToken;
            if (!(isUnknown && afterUnknown))
            {
                tokens.Add(token);
            }

            afterUnknown = isUnknown;
        }

        if (_options.AppendEndToken)
        {
            tokens.Add(_decoder.EndToken!.Value);
        }
    }

    /// <inheritdoc/>
    public string Piece(int token) => _decoder.Piece(token);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokens) => _decoder.Decode(tokens);

    /// <inheritdoc/>
    public StreamingDecoder CreateDecoder() => _decoder.CreateDecoder();

    internal SentencePieceModel Model => _decoder.Model;

    /// <summary>The tokens of a text, without start and end tokens, each unknown one with the part of the normalised text that it stands for.</summary>
    internal List<(int Token, string Unknown)> EncodeToPieces(string text)
    {
        var pieces = new List<(int Token, string Unknown)>();
        int unknownStart = 0;
        int unknownEnd = -1;
        (IReadOnlyList<EncodedToken> tokens, string? normalized) = Guarded(
            static (encoder, text) => (encoder.EncodeToTokens(text, out string? normalized, addBeginningOfSentence: false, addEndOfSentence: false), normalized),
            WithoutLoneSurrogates(text));
        foreach (EncodedToken token in tokens)
        {
            CheckEncoded(token.Id);
            if (token.Id != _decoder.UnknownToken)
            {
                pieces.Add((token.Id, ""));
                unknownEnd = -1;
                continue;
            }

            if (unknownEnd >= 0)
            {
                pieces.RemoveAt(pieces.Count - 1);
            }
            else
            {
                unknownStart = token.Offset.Start.Value;
            }

            unknownEnd = token.Offset.End.Value;
            pieces.Add((token.Id, (normalized ?? text)[unknownStart..unknownEnd]));
        }

        return pieces;
    }

    private SentencePieceEncoder Encoder => _encoder ?? CreateEncoder();

    /// <summary>
    /// The tokens of a text of which Microsoft.ML.Tokenizers 2.0.1 makes none with a BPE model, which it does of single characters: the piece that is all of
    /// it, or else one for each character. Of so short a text this is what BPE means.
    /// </summary>
    private List<int> EncodeShort(string text)
    {
        // The library's normaliser is what loses the character; of the text and itself again it loses nothing, and the first half is that of the text.
        string twice = Encoder.Normalizer?.Normalize($"{text} {text}") ?? $"{text} {text}";
        string normalized = twice[..(twice.Length / 2)];
        var tokens = new List<int>();
        if (normalized.Length == 0)
        {
            return tokens;
        }

        if (Find(Encoding.UTF8.GetBytes(normalized)) is { } whole)
        {
            return [whole];
        }

        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune character in normalized.EnumerateRunes())
        {
            ReadOnlySpan<byte> bytes = utf8[..character.EncodeToUtf8(utf8)];
            if (Find(bytes) is { } token)
            {
                tokens.Add(token);
                continue;
            }

            if (!Model.HasByteFallback)
            {
                tokens.Add(Model.UnknownToken);
                continue;
            }

            foreach (byte value in bytes)
            {
                tokens.Add(Find(Encoding.UTF8.GetBytes($"<0x{value:X2}>"), PieceType.Byte) ?? Model.UnknownToken);
            }
        }

        return tokens;
    }

    /// <summary>The token of a piece that text is encoded to, or of a byte, if there is one.</summary>
    private int? Find(ReadOnlySpan<byte> piece, PieceType type = PieceType.Normal)
    {
        for (int token = 0; token < Model.PieceCount; token++)
        {
            PieceType found = Model.TypeOf(token);
            if ((found == type || (found == PieceType.UserDefined && type == PieceType.Normal)) && Model.PieceOf(token).SequenceEqual(piece))
            {
                return token;
            }
        }

        return null;
    }

    private SentencePieceEncoder CreateEncoder()
    {
        if (Model.IsUnigram && Model.HasByteFallback)
        {
            // Microsoft.ML.Tokenizers 2.0.1 gives such bytes the ids of other pieces.
            throw new NotSupportedException($"{_source} is a unigram model that writes unknown characters as bytes, and encoding with such a model is not supported. Decoding is.");
        }

        if (Model.HasByteFallback && !Model.HasBytesInOrder())
        {
            // Microsoft.ML.Tokenizers counts from the first.
            throw NotEncodable("it writes unknown characters as bytes, and its pieces for them are not <0x00> to <0xFF>, in order.", inner: null);
        }

        SentencePieceEncoder encoder;
        try
        {
            encoder = SentencePieceEncoder.Create(new MemoryStream(_file, writable: false), addBeginningOfSentence: false, addEndOfSentence: false, specialTokens: null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The model was read before; what is left are pieces or normalisation rules that contradict each other.
            throw NotEncodable(VocabularyFile.Quote(exception.Message, LongestReason), exception);
        }

        // Two threads may both create one; they are alike, and the first is kept.
        return Interlocked.CompareExchange(ref _encoder, encoder, null) ?? encoder;
    }

    /// <summary>Calls what encodes. It trusts models: one whose pieces or rules contradict each other may lead it anywhere but out of managed memory.</summary>
    private TResult Guarded<TResult>(Func<SentencePieceEncoder, string, TResult> encode, string text)
    {
        SentencePieceEncoder encoder = Encoder;
        try
        {
            return encode(encoder, text);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw NotEncodable(VocabularyFile.Quote(exception.Message, LongestReason), exception);
        }
    }

    private void CheckEncoded(int token)
    {
        if ((uint)token >= (uint)VocabularySize)
        {
            throw NotEncodable($"a text was encoded to the token {token}, and it has {VocabularySize} pieces.", inner: null);
        }
    }

    private InvalidDataException NotEncodable(string reason, Exception? inner) =>
        new($"{_source} is a SentencePiece model that text cannot be encoded with: {reason}", inner);

    /// <summary>A text in which U+FFFD stands for each half of a surrogate pair that stands alone, as it does for broken UTF-8 in SentencePiece.</summary>
    private static string WithoutLoneSurrogates(string text)
    {
        int first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
        {
            return text;
        }

        char[] valid = text.ToCharArray();
        for (int i = first; i < valid.Length; i++)
        {
            if (char.IsHighSurrogate(valid[i]) && i + 1 < valid.Length && char.IsLowSurrogate(valid[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(valid[i]))
            {
                valid[i] = '\uFFFD';
            }
        }

        return new string(valid);
    }
}
