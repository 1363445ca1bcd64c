namespace KernelGen.Text;

/// <summary>Words, each with the space before it.</summary>
internal sealed class WordSegmentation(PieceVocabulary vocabulary) : Segmentation
{
    /// <inheritdoc/>
    public override void CutPart(ReadOnlySpan<byte> text, int start, ref float score, ref RentedBuffer<Segment> segments)
    {
        while (start < text.Length)
        {
            // The first character is in the word whatever it is.
            int first = Utf8Text.CharacterLength(text[start..]);
            int space = text[(start + first)..].IndexOf(PieceText.Space);
            int length = space < 0 ? text.Length - start : first + space;
            segments.Add(new Segment(vocabulary.Find(text.Slice(start, length)), start, length));
            start += length;
        }
    }
}
