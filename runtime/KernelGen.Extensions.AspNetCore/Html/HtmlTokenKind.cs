namespace KernelGen.Extensions.AspNetCore;

/// <summary>What a piece of HTML is.</summary>
internal enum HtmlTokenKind
{
    /// <summary>Text, which is translated.</summary>
    Text,

    /// <summary>The start tag of an element within a sentence.</summary>
    InlineStart,

    /// <summary>The end tag of an element within a sentence.</summary>
    InlineEnd,

    /// <summary>Whatever a sentence does not go on behind: other tags, comments, elements with what is in them that is not translated.</summary>
    Other,
}
