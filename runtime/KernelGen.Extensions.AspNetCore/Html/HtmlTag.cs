namespace KernelGen.Extensions.AspNetCore;

/// <summary>A tag.</summary>
/// <param name="Name">The name of its element, in lower case; empty of what is no tag.</param>
/// <param name="IsEnd">Whether it is an end tag.</param>
/// <param name="IsUntranslated">Whether its attributes ask to leave the element as it is: <c>translate="no"</c>.</param>
internal readonly record struct HtmlTag(string Name, bool IsEnd, bool IsUntranslated)
{
    /// <summary>What is between angle brackets, and no tag.</summary>
    public static HtmlTag None { get; } = new("", IsEnd: false, IsUntranslated: false);
}
