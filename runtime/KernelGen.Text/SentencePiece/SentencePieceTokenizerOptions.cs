namespace KernelGen.Text;

/// <summary>What a <see cref="SentencePieceTokenizer"/> adds to the tokens of a text.</summary>
public sealed class SentencePieceTokenizerOptions
{
    /// <summary>Whether the start token comes before the first token. Default: no, as in SentencePiece.</summary>
    public bool PrependStartToken { get; init; }

    /// <summary>Whether the end token follows the last token. Default: no, as in SentencePiece.</summary>
    public bool AppendEndToken { get; init; }
}
