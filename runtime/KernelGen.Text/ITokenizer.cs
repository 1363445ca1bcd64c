namespace KernelGen.Text;

/// <summary>Turns text into the tokens that a model reads, and the tokens that it writes into text.</summary>
/// <remarks>A tokenizer does not change once it is loaded: any number of threads may use it at once.</remarks>
public interface ITokenizer : ITokenDecoder
{
    /// <summary>Turns text into tokens.</summary>
    /// <param name="text">The text. Any string will do, also an empty one or one with lone surrogates.</param>
    /// <returns>The tokens, ready for a model.</returns>
    int[] Encode(string text);

    /// <summary>Turns text into tokens and appends them to a list, which may be used again and again.</summary>
    /// <param name="text">The text. Any string will do, also an empty one or one with lone surrogates.</param>
    /// <param name="tokens">The list that the tokens are appended to.</param>
    void Encode(string text, List<int> tokens);
}
