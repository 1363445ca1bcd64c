namespace KernelGen.Text;

/// <summary>
/// Cuts a sentence that is longer than the model takes into parts that it takes, each as long as it can be: behind a comma or the like, where none is at white
/// space, where none is anywhere.
/// </summary>
internal static class LongSentence
{
    private const string ClauseEnds = "，、：；,:;—–)）」』”";

    /// <summary>Characters that a token stands for at most, roughly: no longer part is tried.</summary>
    private const int CharactersPerToken = 16;

    /// <summary>Cuts a sentence.</summary>
    /// <param name="sentence">The sentence, too long as a whole.</param>
    /// <param name="countTokens">How many tokens a part has.</param>
    /// <param name="maxTokens">The most tokens that the model takes.</param>
    /// <param name="what">What the sentence is called in the message of an exception.</param>
    /// <param name="parameter">The parameter that it came in.</param>
    /// <returns>Where the parts stand, without the white space around them.</returns>
    /// <exception cref="TextTooLongException">A single character has more tokens than the model takes.</exception>
    public static IEnumerable<(int Start, int Length)> Split(string sentence, Func<string, int> countTokens, int maxTokens, string what, string parameter)
    {
        for (int start = 0; start < sentence.Length;)
        {
            if (char.IsWhiteSpace(sentence[start]))
            {
                start++;
                continue;
            }

            int end = start + LongestFitting(sentence.AsSpan(start));
            int tokens = countTokens(sentence[start..end]);
            if (tokens > maxTokens)
            {
                throw new TextTooLongException(
                    $"The character at {start} of {what}", tokens, maxTokens, nameof(EncoderDecoder.MaxSourceLength), parameter, canBeTruncated: true);
            }

            int trimmed = end;
            while (char.IsWhiteSpace(sentence[trimmed - 1]))
            {
                trimmed--;
            }

            yield return (start, trimmed - start);
            start = end;
        }

        // Searched by halves: what is longer has more tokens, but for a few at the edge, which the last check sees.
        int LongestFitting(ReadOnlySpan<char> rest)
        {
            int longest = (int)Math.Min(rest.Length, (long)maxTokens * CharactersPerToken);
            if (Fits(rest[..longest]))
            {
                return longest == rest.Length ? longest : Boundary(rest, longest);
            }

            int fitting = 0, tooLong = longest;
            while (tooLong - fitting > 1)
            {
                int middle = (fitting + tooLong) / 2;
                (fitting, tooLong) = Fits(rest[..middle]) ? (middle, tooLong) : (fitting, middle);
            }

            // From a boundary on, the tokens may be others: one more at the end of a word, say.
            for (int end = Boundary(rest, fitting); end > 1; end = Boundary(rest, end / 2))
            {
                if (Fits(rest[..end]))
                {
                    return end;
                }
            }

            return char.IsHighSurrogate(rest[0]) && rest.Length > 1 && char.IsLowSurrogate(rest[1]) ? 2 : 1;
        }

        bool Fits(ReadOnlySpan<char> part) => countTokens(part.ToString()) <= maxTokens;
    }

    /// <summary>The best place to cut before <paramref name="end"/>, or there: in the second half of what fits.</summary>
    private static int Boundary(ReadOnlySpan<char> text, int end)
    {
        int first = end / 2;
        for (int i = end; i > first; i--)
        {
            if (ClauseEnds.Contains(text[i - 1]) && !IsBetweenDigits(text, i - 1))
            {
                return i;
            }
        }

        for (int i = end; i > first; i--)
        {
            if (char.IsWhiteSpace(text[i - 1]))
            {
                return i;
            }
        }

        return end > 1 && end < text.Length && char.IsLowSurrogate(text[end]) && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }

    private static bool IsBetweenDigits(ReadOnlySpan<char> text, int position) =>
        position > 0 && position + 1 < text.Length && char.IsDigit(text[position - 1]) && char.IsDigit(text[position + 1]);
}
