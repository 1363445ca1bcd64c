namespace KernelGen.Text;

/// <summary>A token that is found in a text as it is written, before anything else is done to the text: <c>&lt;/s&gt;</c>, <c>&lt;|en|&gt;</c>, <c>&lt;extra_id_0&gt;</c>.</summary>
/// <param name="Token">The token.</param>
/// <param name="Content">How it is written.</param>
public sealed record AddedToken(int Token, string Content)
{
    /// <summary>Whether it adds nothing to decoded text. Default: no.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Whether it is found in normalised text, and written as that, instead of in the text as it is given. Default: no.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Whether it is found only where no letter, digit or underscore stands beside it. Default: no.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Whether it takes the white space before it along. Default: no.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it takes the white space after it along. Default: no.</summary>
    public bool StripsRight { get; init; }
}
