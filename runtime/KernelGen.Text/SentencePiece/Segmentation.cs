namespace KernelGen.Text;

/// <summary>Cuts normalised text into pieces.</summary>
internal abstract class Segmentation
{
    /// <summary>The segmentation of a model's type.</summary>
    public static Segmentation Of(SentencePieceModel model, PieceVocabulary vocabulary) => model.Type switch
    {
        SentencePieceModelType.Unigram => new UnigramSegmentation(model, vocabulary),
        SentencePieceModelType.Bpe => new BpeSegmentation(model, vocabulary),
        SentencePieceModelType.Word => new WordSegmentation(vocabulary),
        _ => new CharacterSegmentation(vocabulary),
    };

    /// <summary>Cuts a text.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="segments">What the pieces are appended to: they follow each other from the start of the text to its end.</param>
    public abstract void Cut(ReadOnlySpan<byte> text, ref RentedBuffer<Segment> segments);
}
