namespace KernelGen.Audio;

/// <summary>The token of a language.</summary>
/// <param name="Code">The code of the language.</param>
/// <param name="Token">The token.</param>
internal readonly record struct LanguageToken(string Code, int Token);
