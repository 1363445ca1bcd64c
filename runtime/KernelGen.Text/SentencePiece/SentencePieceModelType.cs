namespace KernelGen.Text;

/// <summary>How a SentencePiece model cuts text into pieces; the numbers are those of <c>sentencepiece_model.proto</c>.</summary>
internal enum SentencePieceModelType : ulong
{
    /// <summary>Into the most probable pieces.</summary>
    Unigram = 1,

    /// <summary>Byte pair encoding: characters, merged in the order of their pairs' scores.</summary>
    Bpe = 2,

    /// <summary>At spaces.</summary>
    Word = 3,

    /// <summary>Into characters.</summary>
    Character = 4,
}
