namespace KernelGen.Text;

/// <summary>A tokenizer that knows which part of a text each token stands for.</summary>
public interface ISpanTokenizer
{
    /// <summary>Turns text into tokens with their places, and appends them to a list, which may be used again and again.</summary>
    /// <param name="text">The text. Any string will do, also an empty one or one with lone surrogates.</param>
    /// <param name="tokens">
    /// The list that the tokens are appended to: the same tokens, in the same order, as <see cref="ITokenizer.Encode(string)"/> gives. Their parts follow each
    /// other and do not overlap, but that the tokens of a character that is written as several have all of it. White space that encoding drops may belong to none.
    /// </param>
    void Encode(string text, List<TokenSpan> tokens);
}
