namespace KernelGen.Text;

/// <summary>How text is rewritten before it is cut into pieces. The model holds the rules, so that every program that reads it does the same.</summary>
public enum SentencePieceNormalization
{
    /// <summary>
    /// SentencePiece's <c>nmt_nfkc</c>: Unicode normalisation form KC, and what is invisible (line feeds, zero-width characters, controls) becomes a space or
    /// nothing.
    /// </summary>
    NmtNfkc,

    /// <summary>SentencePiece's <c>nfkc</c>: Unicode normalisation form KC.</summary>
    Nfkc,

    /// <summary>Text stays as it is, but for what is done to spaces.</summary>
    Identity,
}
