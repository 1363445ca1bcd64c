namespace KernelGen.Text;

/// <summary>Which entries a vocabulary has that is made from text.</summary>
public sealed class VocabularyTrainingOptions
{
    /// <summary>How texts are taken apart, for the vocabulary and by the tokenizer, or <see langword="null"/> for the defaults.</summary>
    public VocabularyTokenizerOptions? Tokenizer { get; init; }

    /// <summary>How often a character or word is in the texts at least. Default: once.</summary>
    public int MinimumCount { get; init; } = 1;

    /// <summary>The most entries, special ones among them, or <see langword="null"/> for no limit: the rarest are left out. Default: no limit.</summary>
    public int? MaximumSize { get; init; }

    /// <summary>
    /// Entries that follow <c>&lt;pad&gt;</c>, <c>&lt;sos&gt;</c>, <c>&lt;eos&gt;</c> and <c>&lt;unk&gt;</c>, whether they are in the texts or not, such as the codes of
    /// languages. Where the unit is the character, no text is encoded to one of several characters.
    /// </summary>
    public IReadOnlyList<string> MoreEntries { get; init; } = [];
}
