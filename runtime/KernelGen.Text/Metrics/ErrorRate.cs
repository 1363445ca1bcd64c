using System.Globalization;

namespace KernelGen.Text;

/// <summary>
/// How many words or characters of references texts get wrong: the fewest that must be changed, left out or put in to make one of the other (Levenshtein's
/// distance), of a hundred in the references. Usual for what is heard, read or pronounced.
/// </summary>
/// <remarks>
/// Texts are compared as they are, with case and punctuation; normalise both sides where these are not to count. Of several references each text is compared
/// with the one that it is nearest to, and of those that are as near, with the longest. Phonemes that are written with spaces between them are words here, so that
/// <see cref="OfWords(IReadOnlyList{string}, IReadOnlyList{IReadOnlyList{string}})"/> is the phoneme error rate of pronunciations, and
/// <see cref="OfAnswers"/> their word error rate.
/// </remarks>
public sealed class ErrorRate
{
    private ErrorRate()
    {
    }

    /// <summary>The errors per word, character or answer of the references: 0 where all is right, above 1 where more is wrong than there should be at all.</summary>
    /// <remarks>Where all references are empty it is 0 without errors, and infinite with some.</remarks>
    public double Rate => Errors == 0 ? 0 : (double)Errors / ReferenceLength;

    /// <summary>All that is wrong: what was substituted, inserted and deleted.</summary>
    public long Errors => Substitutions + Insertions + Deletions;

    /// <summary>The words, characters or answers that stand in place of others. Where errors can be counted in several ways, those are taken that put most in place of others.</summary>
    public long Substitutions { get; private set; }

    /// <summary>Those that no reference has there.</summary>
    public long Insertions { get; private set; }

    /// <summary>Those that are missing.</summary>
    public long Deletions { get; private set; }

    /// <summary>The words, characters or answers of the references that were compared with.</summary>
    public long ReferenceLength { get; private set; }

    /// <summary>The word error rate of texts with one reference each. Words are between white space.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">The reference of each, which may be empty.</param>
    /// <returns>The rate of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many references as hypotheses, or none; or one is null.</exception>
    public static ErrorRate OfWords(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) => Of(ScoredTexts.Pair(hypotheses, references), Words);

    /// <summary>The word error rate of texts with several references each; of phonemes with spaces between them, the phoneme error rate.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">For each text, its references, which may be empty.</param>
    /// <returns>The rate of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many lists of references as hypotheses, or none; or one is null, or a list is empty.</exception>
    public static ErrorRate OfWords(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references) => Of(ScoredTexts.Pair(hypotheses, references), Words);

    /// <summary>The character error rate of texts with one reference each. Characters are Unicode scalar values, spaces between words among them.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">The reference of each, which may be empty.</param>
    /// <returns>The rate of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many references as hypotheses, or none; or one is null.</exception>
    public static ErrorRate OfCharacters(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) => Of(ScoredTexts.Pair(hypotheses, references), Characters);

    /// <summary>The character error rate of texts with several references each.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">For each text, its references, which may be empty.</param>
    /// <returns>The rate of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many lists of references as hypotheses, or none; or one is null, or a list is empty.</exception>
    public static ErrorRate OfCharacters(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references) =>
        Of(ScoredTexts.Pair(hypotheses, references), Characters);

    /// <summary>
    /// How many answers are none of those that are right, as for a dictionary that gives a word several pronunciations. An answer is right that has the same words
    /// as one of its references, whatever white space is between them; each wrong one is a substitution.
    /// </summary>
    /// <param name="answers">The answers.</param>
    /// <param name="references">For each answer, those that are right.</param>
    /// <returns>The rate of all together, whose <see cref="ReferenceLength"/> is the number of answers.</returns>
    /// <exception cref="ArgumentException">There are not as many lists of references as answers, or none; or one is null, or a list is empty.</exception>
    public static ErrorRate OfAnswers(IReadOnlyList<string> answers, IReadOnlyList<IReadOnlyList<string>> references)
    {
        var rate = new ErrorRate();
        foreach ((string answer, IReadOnlyList<string> right) in ScoredTexts.Pair(answers, references))
        {
            List<string> words = TextWords.Split(answer);
            rate.Substitutions += right.Any(reference => TextWords.Split(reference).SequenceEqual(words)) ? 0 : 1;
            rate.ReferenceLength++;
        }

        return rate;
    }

    /// <summary>The rate in per cent, and what it is made of.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{100 * Rate:F2} % ({Errors} of {ReferenceLength}: {Substitutions} substituted, {Insertions} inserted, {Deletions} deleted)");

    private static ErrorRate Of<T>(IEnumerable<(string Hypothesis, IReadOnlyList<string> References)> texts, Func<string, List<T>> parts)
        where T : IEquatable<T>
    {
        var rate = new ErrorRate();
        foreach ((string hypothesis, IReadOnlyList<string> references) in texts)
        {
            List<T> found = parts(hypothesis);
            Edits nearest = default;
            int length = -1;
            foreach (string reference in references)
            {
                List<T> expected = parts(reference);
                var edits = Edits.Between<T>([.. found], [.. expected]);
                if (length < 0 || edits.Count < nearest.Count || (edits.Count == nearest.Count && expected.Count > length))
                {
                    (nearest, length) = (edits, expected.Count);
                }
            }

            rate.Substitutions += nearest.Substitutions;
            rate.Insertions += nearest.Insertions;
            rate.Deletions += nearest.Deletions;
            rate.ReferenceLength += length;
        }

        return rate;
    }

    private static List<string> Words(string text) => TextWords.Split(text);

    private static List<int> Characters(string text) => TextWords.Characters(text.AsSpan().Trim());
}
