namespace KernelGen.Text;

/// <summary>Checks tokens before they are decoded.</summary>
internal static class TokenRange
{
    /// <summary>Throws when the token at an index is not one of a vocabulary.</summary>
    public static void Check(ReadOnlySpan<int> tokens, int index, int vocabularySize)
    {
        if ((uint)tokens[index] >= (uint)vocabularySize)
        {
            throw new ArgumentOutOfRangeException(nameof(tokens), $"The token at index {index} is {tokens[index]}; the vocabulary has the tokens 0 to {vocabularySize - 1}.");
        }
    }
}
