namespace KernelGen.Text;

/// <summary>What encoding makes of a text: its normalised form, and the pieces of that.</summary>
/// <param name="capacity">How long the text is.</param>
/// <param name="hasOrigins">Whether it is asked where in the text the pieces are.</param>
internal ref struct EncodedText(int capacity, bool hasOrigins) : IDisposable
{
    /// <summary>The normalised text.</summary>
    public NormalizedText Text = new(capacity + (capacity / 4) + 16, hasOrigins);

    /// <summary>The pieces. Those that are bytes of one character have all of it.</summary>
    public RentedBuffer<Segment> Segments = new((capacity / 2) + 16);

    /// <summary>The normalised text of a piece, in UTF-8.</summary>
    public readonly ReadOnlySpan<byte> TextOf(Segment segment) => Text.Bytes.Slice(segment.Start, segment.Length);

    /// <summary>A piece as a token with its place in the text before it was normalised.</summary>
    public readonly TokenSpan SpanOf(Segment segment)
    {
        int start = Text.OriginOf(segment.Start);
        return new TokenSpan(segment.Piece, start, Text.OriginOf(segment.End) - start);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Text.Dispose();
        Segments.Dispose();
    }
}
