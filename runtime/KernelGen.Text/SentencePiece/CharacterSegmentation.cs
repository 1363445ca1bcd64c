namespace KernelGen.Text;

/// <summary>Characters, and user-defined symbols.</summary>
internal sealed class CharacterSegmentation(PieceVocabulary vocabulary) : Segmentation
{
    /// <inheritdoc/>
    public override void CutPart(ReadOnlySpan<byte> text, int start, ref float score, ref RentedBuffer<Segment> segments)
    {
        while (start < text.Length)
        {
            ReadOnlySpan<byte> rest = text[start..];
            int length = vocabulary.UserDefined?.LongestPrefix(rest) ?? 0;
            if (length == 0)
            {
                length = Utf8Text.CharacterLength(rest);
            }

            segments.Add(new Segment(vocabulary.Find(rest[..length]), start, length));
            start += length;
        }
    }
}
