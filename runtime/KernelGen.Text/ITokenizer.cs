namespace KernelGen.Text;

/// <summary>Turns text into the tokens that a model reads, and the tokens that it writes into text.</summary>
/// <remarks>A tokenizer does not change once it is loaded: any number of threads may use it at once.</remarks>
public interface ITokenizer
{
    /// <summary>The number of tokens: every token is at least 0 and less than this.</summary>
    int VocabularySize { get; }

    /// <summary>The token that fills rectangular batches, or <see langword="null"/> when the vocabulary has none.</summary>
    int? PadToken { get; }

    /// <summary>The token that begins a sequence, or <see langword="null"/> when the vocabulary has none.</summary>
    int? StartToken { get; }

    /// <summary>The token that ends a sequence, or <see langword="null"/> when the vocabulary has none.</summary>
    int? EndToken { get; }

    /// <summary>The token of everything that the vocabulary does not have, or <see langword="null"/> when nothing is unknown to it.</summary>
    int? UnknownToken { get; }

    /// <summary>Turns text into tokens.</summary>
    /// <param name="text">The text. Any string will do, also an empty one or one with lone surrogates.</param>
    /// <returns>The tokens, ready for a model.</returns>
    int[] Encode(string text);

    /// <summary>Turns text into tokens and appends them to a list, which may be used again and again.</summary>
    /// <param name="text">The text. Any string will do, also an empty one or one with lone surrogates.</param>
    /// <param name="tokens">The list that the tokens are appended to.</param>
    void Encode(string text, List<int> tokens);

    /// <summary>Turns tokens into text. Padding, start and end tokens add nothing to it.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token is negative, or not less than <see cref="VocabularySize"/>.</exception>
    string Decode(ReadOnlySpan<int> tokens);
}
