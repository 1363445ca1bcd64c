namespace KernelGen.Text;

/// <summary>Turns the tokens of one sequence into text while they come, and never hands out half a character.</summary>
/// <remarks>
/// What <see cref="Append"/> and at last <see cref="Flush"/> return, one after the other, is what <see cref="ITokenDecoder.Decode"/> makes of all the tokens.
/// Each part is valid UTF-16: a surrogate pair, or a character whose UTF-8 bytes are tokens of their own, comes whole once its last token is there. A decoder
/// serves one sequence and one thread at a time.
/// </remarks>
public abstract class StreamingDecoder
{
    /// <summary>Takes the next token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The text that has become certain, which no later token changes; often empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The token is not of the vocabulary; the decoder is as it was before.</exception>
    public abstract string Append(int token);

    /// <summary>Ends the sequence. The decoder then is at the beginning of another one.</summary>
    /// <returns>The rest of the text; often empty.</returns>
    public abstract string Flush();
}
