namespace KernelGen.Text;

/// <summary>Checks tokens before they are decoded.</summary>
internal static class TokenRange
{
    /// <summary>Throws when a token is not one of a vocabulary.</summary>
    public static void Check(int token, int vocabularySize)
    {
        if ((uint)token >= (uint)vocabularySize)
        {
            throw new ArgumentOutOfRangeException(nameof(token), $"The token is {token}; the vocabulary has the tokens 0 to {vocabularySize - 1}.");
        }
    }

    /// <summary>Throws when one of several tokens is not one of a vocabulary, with its index.</summary>
    public static void Check(ReadOnlySpan<int> tokens, int vocabularySize)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)vocabularySize)
            {
                throw new ArgumentOutOfRangeException(nameof(tokens), $"The token at index {i} is {tokens[i]}; the vocabulary has the tokens 0 to {vocabularySize - 1}.");
            }
        }
    }
}
