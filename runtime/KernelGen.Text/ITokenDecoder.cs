namespace KernelGen.Text;

/// <summary>Turns the tokens that a model writes into text, at once or as they come.</summary>
/// <remarks>
/// It does not change once it is loaded: any number of threads may use it at once. Every <see cref="ITokenizer"/> is one; a type that is nothing more, such as
/// <see cref="SentencePieceDecoder"/>, keeps what only encoding needs out of a program that is published to native AOT.
/// </remarks>
public interface ITokenDecoder
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

    /// <summary>A token as the vocabulary writes it, to be shown to people: <c>▁dog</c>, <c>&lt;0xE7&gt;</c>, <c>&lt;/s&gt;</c>.</summary>
    /// <param name="token">The token.</param>
    /// <returns>Its entry in the vocabulary.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The token is negative, or not less than <see cref="VocabularySize"/>.</exception>
    string Piece(int token);

    /// <summary>Turns tokens into text. Padding, start and end tokens add nothing to it.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <returns>The text: valid UTF-16, whatever the tokens are.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token is negative, or not less than <see cref="VocabularySize"/>.</exception>
    string Decode(ReadOnlySpan<int> tokens);

    /// <summary>Creates what turns the tokens of one sequence into text while they come.</summary>
    /// <returns>A decoder at the beginning of a sequence, for one thread at a time.</returns>
    StreamingDecoder CreateDecoder();
}
