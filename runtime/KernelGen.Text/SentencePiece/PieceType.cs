namespace KernelGen.Text;

/// <summary>What a piece of a SentencePiece model stands for; the numbers are those of <c>sentencepiece_model.proto</c>.</summary>
internal enum PieceType : byte
{
    /// <summary>A part of text.</summary>
    Normal = 1,

    /// <summary>Everything that the model has no piece for.</summary>
    Unknown = 2,

    /// <summary>No text: start, end, padding and the like.</summary>
    Control = 3,

    /// <summary>A part of text that is never split.</summary>
    UserDefined = 4,

    /// <summary>A part of text that is never encoded to.</summary>
    Unused = 5,

    /// <summary>One byte of UTF-8, written <c>&lt;0x41&gt;</c>.</summary>
    Byte = 6,
}
