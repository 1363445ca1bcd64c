namespace KernelGen.Text;

/// <summary>How a <see cref="VocabularyTokenizer"/> takes a text apart.</summary>
public sealed class VocabularyTokenizerOptions
{
    /// <summary>What one token stands for. Default: a character.</summary>
    public VocabularyUnit Unit { get; init; }

    /// <summary>Whether text is brought into Unicode normalisation form KC first, which turns full-width letters into plain ones, for example. Default: yes.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Whether white space is removed, after normalisation: right for scripts that are written without spaces. Words are never affected. Default: yes.</summary>
    public bool RemoveWhiteSpace { get; init; } = true;

    /// <summary>Whether the end token follows the last character or word. Default: yes.</summary>
    public bool AppendEndToken { get; init; } = true;
}

/// <summary>What one token of a <see cref="VocabularyTokenizer"/> stands for.</summary>
public enum VocabularyUnit
{
    /// <summary>A character: a Unicode scalar value.</summary>
    Character,

    /// <summary>A word: what stands between white space. Decoding puts one space between two.</summary>
    Word,
}
