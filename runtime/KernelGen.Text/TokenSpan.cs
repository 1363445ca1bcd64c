namespace KernelGen.Text;

/// <summary>A token, and the part of the text that it stands for.</summary>
/// <param name="Token">The token.</param>
/// <param name="Start">Where its part of the text starts, in UTF-16 code units of the text that was encoded.</param>
/// <param name="Length">How long that part is; 0 where the token stands for none of the text, as start and end tokens do.</param>
public readonly record struct TokenSpan(int Token, int Start, int Length);
