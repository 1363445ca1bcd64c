namespace KernelGen.Text;

/// <summary>Turns text into the pieces of a SentencePiece model, as SentencePiece does.</summary>
internal sealed class SentencePieceEncoder
{
    private readonly SentencePieceNormalizer _normalizer;
    private readonly Segmentation _segmentation;
    private readonly PlainTextEncoder? _plainTexts;
    private readonly int _unknown;

    /// <summary>The pieces of the 256 bytes; empty where the model writes none.</summary>
    private readonly int[] _bytePieces = [];

    /// <summary>Prepares encoding with a model.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidDataException">Its pieces contradict each other, or its rules are damaged. The message goes on from the model's name: "its pieces ...".</exception>
    public SentencePieceEncoder(SentencePieceModel model)
    {
        var vocabulary = new PieceVocabulary(model);
        _normalizer = new SentencePieceNormalizer(model, vocabulary.UserDefined);
        _segmentation = Segmentation.Of(model, vocabulary);
        _unknown = model.UnknownToken;
        _plainTexts = PlainTextEncoder.Of(_normalizer, _segmentation, _unknown, model.HasByteFallback);
        if (model.HasByteFallback)
        {
            _bytePieces = new int[256];
            for (int piece = 0; piece < model.PieceCount; piece++)
            {
                if (model.TypeOf(piece) == PieceType.Byte)
                {
                    _bytePieces[model.ByteOf(piece)] = piece;
                }
            }
        }
    }

    /// <summary>Encodes a text of which nothing but the pieces is asked for.</summary>
    /// <param name="text">The text. A half of a surrogate pair that stands alone is U+FFFD.</param>
    /// <param name="tokens">What the pieces are appended to.</param>
    public void Encode(ReadOnlySpan<char> text, List<int> tokens)
    {
        if (_plainTexts?.TryEncode(text, tokens) == true)
        {
            return;
        }

        using EncodedText encoded = Encode(text, hasOrigins: false);
        foreach (Segment segment in encoded.Segments.Items)
        {
            tokens.Add(segment.Piece);
        }
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text. A half of a surrogate pair that stands alone is U+FFFD.</param>
    /// <param name="hasOrigins">Whether it is asked where in the text the pieces are.</param>
    /// <returns>The pieces, to be disposed of.</returns>
    public EncodedText Encode(ReadOnlySpan<char> text, bool hasOrigins)
    {
        var encoded = new EncodedText(text.Length, hasOrigins);
        var utf8 = new RentedBuffer<byte>(text.Length);
        try
        {
            Utf8Text.Append(text, ref utf8);
            _normalizer.Normalize(utf8.Items, ref encoded.Text);
            _segmentation.Cut(encoded.Text.Bytes, ref encoded.Segments);
            ResolveUnknown(ref encoded);
            return encoded;
        }
        catch
        {
            encoded.Dispose();
            throw;
        }
        finally
        {
            utf8.Dispose();
        }
    }

    /// <summary>Writes unknown parts as bytes where the model has them; elsewhere makes one of those that follow each other.</summary>
    private void ResolveUnknown(ref EncodedText encoded)
    {
        if (_bytePieces.Length == 0)
        {
            JoinUnknown(ref encoded.Segments);
            return;
        }

        var resolved = new RentedBuffer<Segment>(encoded.Segments.Count);
        foreach (Segment segment in encoded.Segments.Items)
        {
            if (segment.Piece != _unknown)
            {
                resolved.Add(segment);
                continue;
            }

            foreach (byte value in encoded.Text.Bytes.Slice(segment.Start, segment.Length))
            {
                resolved.Add(new Segment(_bytePieces[value], segment.Start, segment.Length));
            }
        }

        encoded.Segments.Dispose();
        encoded.Segments = resolved;
    }

    private void JoinUnknown(ref RentedBuffer<Segment> segments)
    {
        int count = 0;
        foreach (Segment segment in segments.Items)
        {
            if (segment.Piece == _unknown && count > 0 && segments[count - 1] is { } last && last.Piece == _unknown)
            {
                segments[count - 1] = new Segment(last.Piece, last.Start, last.Length + segment.Length);
            }
            else
            {
                segments[count++] = segment;
            }
        }

        segments.Count = count;
    }
}
