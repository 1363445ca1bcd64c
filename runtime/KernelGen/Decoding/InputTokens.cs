namespace KernelGen.Decoding;

/// <summary>Checks the tokens that callers give, once, at the public entry: what is behind it works with pointers.</summary>
internal static class InputTokens
{
    /// <summary>Checks one list of tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="vocabularySize">Token ids are below it.</param>
    /// <param name="maxLength">The most tokens.</param>
    /// <param name="parameter">The parameter of the public method.</param>
    /// <param name="limit">The property that is <paramref name="maxLength"/>.</param>
    /// <param name="source">The number of the source, where the parameter is a list of sources.</param>
    /// <exception cref="ArgumentException">There are none or too many, or one is out of range.</exception>
    public static void Check(ReadOnlySpan<int> tokens, int vocabularySize, int maxLength, string parameter, string limit, long? source = null)
    {
        if (tokens.IsEmpty)
        {
            throw new ArgumentException($"{Subject()} is empty; it needs at least one token.", parameter);
        }

        if (tokens.Length > maxLength)
        {
            throw new ArgumentException(
                $"{Subject()} has {tokens.Length} tokens; this model takes at most {maxLength} ({limit} of its declaration). Split it, or declare more.",
                parameter);
        }

        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)vocabularySize)
            {
                throw new ArgumentOutOfRangeException(
                    parameter,
                    tokens[i],
                    $"Token {i} of {Object()} is {tokens[i]}; the vocabulary goes from 0 to {vocabularySize - 1}.");
            }
        }

        string Subject() => source is { } number ? $"Source {number}" : $"The {parameter}";

        string Object() => source is { } number ? $"source {number}" : $"the {parameter}";
    }
}
