namespace KernelGen.Text;

/// <summary>What a <see cref="TextGenerator"/> does to texts.</summary>
public sealed record TextGeneratorOptions
{
    /// <summary>What happens to a text of more tokens than the model takes. Default: it is refused.</summary>
    public LongTextPolicy LongTexts { get; init; }
}

/// <summary>What happens to a text of more tokens than the model takes.</summary>
public enum LongTextPolicy
{
    /// <summary><see cref="TextTooLongException"/> is thrown, which names both lengths.</summary>
    Refuse,

    /// <summary>
    /// Its tokens after the longest length are left out, and its end token, where it has one, stays at the end;
    /// <see cref="TextGenerationResult.IsTruncated"/> says so.
    /// </summary>
    Truncate,
}
