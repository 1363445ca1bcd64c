namespace KernelGen.Text;

/// <summary>A text has more tokens than the model takes.</summary>
public sealed class TextTooLongException : ArgumentException
{
    internal TextTooLongException(string what, int tokens, int maxTokens, string limit, string parameter, bool canBeTruncated)
        : base(
            $"{what} has {tokens} tokens; the model takes at most {maxTokens} ({limit} of its declaration). Split it into sentences, or declare more"
            + (canBeTruncated ? $"; {nameof(TextGeneratorOptions)}.{nameof(TextGeneratorOptions.LongTexts)} can have it cut off." : "."),
            parameter)
    {
        Tokens = tokens;
        MaxTokens = maxTokens;
    }

    /// <summary>The number of its tokens.</summary>
    public int Tokens { get; }

    /// <summary>The most tokens that the model takes.</summary>
    public int MaxTokens { get; }
}
