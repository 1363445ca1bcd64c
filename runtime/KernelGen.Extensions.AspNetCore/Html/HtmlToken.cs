namespace KernelGen.Extensions.AspNetCore;

/// <summary>A piece of HTML.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Raw">As it stands there; all of them together are the document.</param>
/// <param name="Name">Of a tag the name of its element, in lower case; otherwise empty.</param>
/// <param name="KeepsSpace">Of text whether its white space is shown as it is, as within <c>pre</c>.</param>
internal readonly record struct HtmlToken(HtmlTokenKind Kind, string Raw, string Name = "", bool KeepsSpace = false);
