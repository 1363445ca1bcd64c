namespace KernelGen.Text;

/// <summary>A part of a source text that its tokenizer does not know: to the model it is the unknown token, and what it writes for it is a guess.</summary>
/// <param name="Index">The place of the token in <see cref="TextGenerationResult.SourceTokens"/>, or in those of a sentence.</param>
/// <param name="Start">Where the part starts, in UTF-16 code units of the text that the caller gave.</param>
/// <param name="Length">How long it is. Of a tokenizer that is no <see cref="ISpanTokenizer"/> the place is that of the whole sentence.</param>
/// <param name="Text">That part of the text.</param>
public readonly record struct UnknownToken(int Index, int Start, int Length, string Text);
