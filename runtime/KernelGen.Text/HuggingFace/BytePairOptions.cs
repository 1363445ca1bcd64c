namespace KernelGen.Text;

/// <summary>What distinguishes the kinds of byte-pair encoding.</summary>
internal sealed class BytePairOptions
{
    /// <summary>Whether a word begins as its bytes, not its characters.</summary>
    public bool SymbolsAreBytes { get; init; }

    /// <summary>Whether a word that is a piece is that token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Whether unknown characters that follow each other are one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>The token of what the vocabulary lacks; <see langword="null"/> where that becomes nothing.</summary>
    public int? UnknownToken { get; init; }

    /// <summary>The token of each byte of a character that the vocabulary lacks; <see langword="null"/> where it becomes the unknown token.</summary>
    public int[]? TokenOfFallbackByte { get; init; }
}
