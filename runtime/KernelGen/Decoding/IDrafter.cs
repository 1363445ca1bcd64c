using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>Guesses the next tokens of a target for <see cref="ParallelGreedySearch"/>. Whatever it guesses, the target is the same; only the time is not.</summary>
internal interface IDrafter
{
    /// <summary>Guesses what follows.</summary>
    /// <param name="workspace">
    /// The memory of the call. Its sequence 0 has cached what stands before the last token. Positions after that may be overwritten, and its length
    /// changed: the search sets both right.
    /// </param>
    /// <param name="tokens">The last token, which is known, and room for guesses: tokens of the vocabulary.</param>
    /// <param name="drafted">For how many tokens, from the first on, <see cref="Engine.DraftTokens"/> left logits.</param>
    /// <returns>How many tokens were guessed; none where it would not pay.</returns>
    int Guess(Workspace workspace, Span<int> tokens, out int drafted);

    /// <summary>Hears what the model chose.</summary>
    /// <param name="tokens">Tokens of the target, one behind the other.</param>
    /// <param name="next">What the model chose after each of them.</param>
    /// <param name="isFirstGuessRight">Whether the first guess was right; <see langword="null"/> where there was none.</param>
    void Learn(ReadOnlySpan<int> tokens, ReadOnlySpan<int> next, bool? isFirstGuessRight);
}
