using System.Buffers;
using System.Text;
using SentencePieceEncoder = Microsoft.ML.Tokenizers.SentencePieceTokenizer;

namespace KernelGen.Text;

/// <summary>
/// The tokens of a SentencePiece model, BPE or unigram (Kudo and Richardson 2018, <see href="https://arxiv.org/abs/1808.06226"/>).
/// </summary>
/// <remarks>
/// Encoding is Microsoft.ML.Tokenizers', which is set up when a text is first encoded; decoding is done here, on the bytes of the model, so that a
/// program that only decodes starts in well under a millisecond and, published to native AOT, does not contain the encoder. A unigram model with byte
/// fallback can be decoded but not encoded.
/// </remarks>
public sealed class SentencePieceTokenizer : ITokenizer
{
    private readonly SentencePieceModel _model;
    private readonly SentencePieceTokenizerOptions _options;
    private readonly byte[] _file;
    private readonly string _source;
    private SentencePieceEncoder? _encoder;

    private SentencePieceTokenizer(byte[] file, SentencePieceTokenizerOptions? options, string source)
    {
        _file = file;
        _source = source;
        _options = options ?? new SentencePieceTokenizerOptions();
        _model = SentencePieceModel.Read(file, source);
        if (_options.PrependStartToken && _model.StartToken is null)
        {
            throw new InvalidDataException($"{source} has no start token to prepend. Load it without {nameof(SentencePieceTokenizerOptions.PrependStartToken)}.");
        }

        if (_options.AppendEndToken && _model.EndToken is null)
        {
            throw new InvalidDataException($"{source} has no end token to append. Load it without {nameof(SentencePieceTokenizerOptions.AppendEndToken)}.");
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _model.PieceCount;

    /// <inheritdoc/>
    public int? PadToken => _model.PadToken;

    /// <inheritdoc/>
    public int? StartToken => _model.StartToken;

    /// <inheritdoc/>
    public int? EndToken => _model.EndToken;

    /// <inheritdoc/>
    public int? UnknownToken => _model.UnknownToken;

    /// <summary>Reads a model from a file.</summary>
    /// <param name="path">The path of the model (<c>.spm</c> or <c>.model</c>).</param>
    /// <param name="options">What to add to the tokens of a text, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model, or one that is not supported.</exception>
    public static SentencePieceTokenizer Load(string path, SentencePieceTokenizerOptions? options = null) =>
        new(File.ReadAllBytes(path), options, FileContents.Name(path));

    /// <summary>Reads a model from what is left of a stream.</summary>
    /// <param name="stream">A stream of the model's bytes. It stays open.</param>
    /// <param name="options">What to add to the tokens of a text, or <see langword="null"/> for the defaults.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">It is not a SentencePiece model, or one that is not supported.</exception>
    public static SentencePieceTokenizer Load(Stream stream, SentencePieceTokenizerOptions? options = null) =>
        new(FileContents.Read(stream), options, FileContents.Unnamed);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The model is a unigram one with byte fallback.</exception>
    public int[] Encode(string text)
    {
        var tokens = new List<int>();
        Encode(text, tokens);
        return [.. tokens];
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The model is a unigram one with byte fallback.</exception>
    public void Encode(string text, List<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        if (_options.PrependStartToken)
        {
            tokens.Add(_model.StartToken!.Value);
        }

        // SentencePiece reports a run of unknown characters as one unknown token.
        bool afterUnknown = false;
        foreach (int token in Encoder.EncodeToIds(WithoutLoneSurrogates(text), addBeginningOfSentence: false, addEndOfSentence: false))
        {
            bool isUnknown = token == _model.UnknownToken;
            if (!(isUnknown && afterUnknown))
            {
                tokens.Add(token);
            }

            afterUnknown = isUnknown;
        }

        if (_options.AppendEndToken)
        {
            tokens.Add(_model.EndToken!.Value);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// As SentencePiece does it: control tokens add nothing, U+2581 becomes a space, the space that encoding put before the first word is dropped, an
    /// unknown token becomes the surface that the model gives it (" ⁇ " unless set), and bytes that are not UTF-8 become U+FFFD, one for each.
    /// </remarks>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        // A byte is one token at most, so that text rarely outgrows this.
        var text = new ArrayBufferWriter<byte>(Math.Max(tokens.Length * 8, 16));
        bool atStart = true;
        bool droppedSpace = false;
        for (int i = 0; i < tokens.Length;)
        {
            TokenRange.Check(tokens, i, _model.PieceCount);
            int token = tokens[i];
            PieceType type = _model.TypeOf(token);
            if (type == PieceType.Byte)
            {
                i += DecodeBytes(tokens[i..], text);
                continue;
            }

            i++;
            atStart &= !droppedSpace && text.WrittenCount == 0;
            droppedSpace = false;
            if (type == PieceType.Unknown)
            {
                text.Write(_model.UnknownSurface);
            }
            else if (type != PieceType.Control)
            {
                ReadOnlySpan<byte> piece = _model.PieceOf(token);
                if (atStart && _model.DropsLeadingSpace && piece.StartsWith(Space))
                {
                    piece = piece[Space.Length..];
                    droppedSpace = !_model.DropsAllLeadingSpaces;
                }

                WriteWithSpaces(piece, text);
            }
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>U+2581, which stands for a space in pieces.</summary>
    private static ReadOnlySpan<byte> Space => "\u2581"u8;

    private SentencePieceEncoder Encoder => _encoder ?? CreateEncoder();

    private SentencePieceEncoder CreateEncoder()
    {
        if (_model.IsUnigram && _model.HasByteFallback)
        {
            // Microsoft.ML.Tokenizers 2.0.1 gives such bytes the ids of other pieces.
            throw new NotSupportedException($"{_source} is a unigram model that writes unknown characters as bytes, and encoding with such a model is not supported. Decoding is.");
        }

        SentencePieceEncoder encoder;
        try
        {
            encoder = SentencePieceEncoder.Create(new MemoryStream(_file, writable: false), addBeginningOfSentence: false, addEndOfSentence: false, specialTokens: null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The model was read before; what is left are pieces or normalisation rules that contradict each other.
            throw new InvalidDataException($"{_source} is a SentencePiece model that text cannot be encoded with: {exception.Message}", exception);
        }

        // Two threads may both create one; they are alike, and the first is kept.
        return Interlocked.CompareExchange(ref _encoder, encoder, null) ?? encoder;
    }

    /// <summary>Decodes a run of tokens that stand for bytes.</summary>
    /// <returns>The number of tokens in the run.</returns>
    private int DecodeBytes(ReadOnlySpan<int> tokens, ArrayBufferWriter<byte> text)
    {
        byte[] run = ArrayPool<byte>.Shared.Rent(tokens.Length);
        int count = 0;
        for (; count < tokens.Length; count++)
        {
            if ((uint)tokens[count] >= (uint)_model.PieceCount || _model.TypeOf(tokens[count]) != PieceType.Byte)
            {
                break;
            }

            run[count] = _model.ByteOf(tokens[count]);
        }

        ReadOnlySpan<byte> rest = run.AsSpan(0, count);
        while (!rest.IsEmpty)
        {
            bool isCharacter = Rune.DecodeFromUtf8(rest, out _, out int length) == OperationStatus.Done;
            text.Write(isCharacter ? rest[..length] : "\uFFFD"u8);
            rest = rest[(isCharacter ? length : 1)..];
        }

        ArrayPool<byte>.Shared.Return(run);
        return count;
    }

    private static void WriteWithSpaces(ReadOnlySpan<byte> piece, ArrayBufferWriter<byte> text)
    {
        while (piece.IndexOf(Space) is >= 0 and int space)
        {
            text.Write(piece[..space]);
            text.Write(" "u8);
            piece = piece[(space + Space.Length)..];
        }

        text.Write(piece);
    }

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
