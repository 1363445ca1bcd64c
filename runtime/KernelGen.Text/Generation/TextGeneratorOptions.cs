namespace KernelGen.Text;

/// <summary>What a <see cref="TextGenerator"/> does to texts.</summary>
public record TextGeneratorOptions
{
    /// <summary>
    /// Finds the sentences of a text, each of which then is a source of its own: models that were trained on sentences translate the first of several and may
    /// leave out the others. Their results are put together, with the line breaks of the text; <see cref="TextGenerationResult.Sentences"/> has each.
    /// <see langword="null"/>, the default, gives a text to the model as it is, which is right for summaries, words and whatever is no prose.
    /// </summary>
    public SentenceSplitter? Sentences { get; init; }

    /// <summary>What happens to a text, or to a sentence of one, that has more tokens than the model takes. Default: it is refused.</summary>
    public LongTextPolicy LongTexts { get; init; }

    /// <summary>
    /// Whether each unknown token that the model generates is replaced by the part of the source that it looked at most: a name, mostly. It costs what
    /// <see cref="GenerationOptions.ReturnCrossAttention"/> costs, and needs a source tokenizer that is an <see cref="ISpanTokenizer"/>. Streams hand out text
    /// before that is known, and replace nothing. Default: no.
    /// </summary>
    public bool ReplaceUnknownTokens { get; init; }

    /// <summary>How to generate where a call does not say; <see langword="null"/> stands for the defaults of <see cref="GenerationOptions"/>.</summary>
    public GenerationOptions? Generation { get; init; }
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

    /// <summary>
    /// It is cut into parts that the model takes, behind commas and the like, or at white space, or where neither is anywhere. The model does not see that they
    /// belong together; <see cref="TextGenerationResult.Sentences"/> has each.
    /// </summary>
    Split,
}
