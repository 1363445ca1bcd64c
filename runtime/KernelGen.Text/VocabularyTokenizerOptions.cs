namespace KernelGen.Text;

/// <summary>What a <see cref="VocabularyTokenizer"/> does to a text beside looking up its characters.</summary>
public sealed class VocabularyTokenizerOptions
{
    /// <summary>Whether text is brought into Unicode normalisation form KC first, which turns full-width letters into plain ones, for example. Default: yes.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Whether white space is removed, after normalisation: right for scripts that are written without spaces. Default: yes.</summary>
    public bool RemoveWhiteSpace { get; init; } = true;

    /// <summary>Whether the end token follows the last character. Default: yes.</summary>
    public bool AppendEndToken { get; init; } = true;
}
