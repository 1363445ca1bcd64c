using System.Text.RegularExpressions;

namespace KernelGen.Tests.Translation;

/// <summary>
/// BLEU of a corpus (Papineni et al. 2002): the geometric mean of 1- to 4-gram precisions times the brevity penalty, over the tokens of mteval-v13a, as
/// sacreBLEU computes it by default (Post 2018).
/// </summary>
internal static partial class Bleu
{
    private const int MaxOrder = 4;

    /// <summary>The score, from 0 to 100.</summary>
    /// <param name="pairs">Each translation with its reference.</param>
    public static double Score(IEnumerable<(string Translation, string Reference)> pairs)
    {
        int[] matches = new int[MaxOrder], totals = new int[MaxOrder];
        int length = 0, referenceLength = 0;
        foreach ((string translation, string reference) in pairs)
        {
            string[] tokens = Tokens(translation), referenceTokens = Tokens(reference);
            length += tokens.Length;
            referenceLength += referenceTokens.Length;
            for (int order = 1; order <= MaxOrder; order++)
            {
                Dictionary<string, int> expected = Counts(referenceTokens, order);
                matches[order - 1] += Counts(tokens, order).Sum(ngram => Math.Min(ngram.Value, expected.GetValueOrDefault(ngram.Key)));
                totals[order - 1] += Math.Max(0, tokens.Length - order + 1);
            }
        }

        double logarithm = Enumerable.Range(0, MaxOrder).Sum(order => Math.Log((double)matches[order] / totals[order])) / MaxOrder;
        double brevity = length >= referenceLength ? 1 : Math.Exp(1 - ((double)referenceLength / length));
        return 100 * brevity * Math.Exp(logarithm);
    }

    private static Dictionary<string, int> Counts(string[] tokens, int order) => Enumerable.Range(0, Math.Max(0, tokens.Length - order + 1))
        .GroupBy(start => string.Join(' ', tokens.AsSpan(start, order).ToArray()))
        .ToDictionary(static group => group.Key, static group => group.Count());

    private static string[] Tokens(string text)
    {
        text = Symbols().Replace($" {text} ", " $1 ");
        text = PunctuationAfterNonDigit().Replace(text, "$1 $2 ");
        text = PunctuationBeforeNonDigit().Replace(text, " $1 $2");
        text = DashAfterDigit().Replace(text, "$1 $2 ");
        return text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"([\{-\~\[-\` -\&\(-\+\:-\@\/])")]
    private static partial Regex Symbols();

    [GeneratedRegex(@"([^0-9])([\.,])")]
    private static partial Regex PunctuationAfterNonDigit();

    [GeneratedRegex(@"([\.,])([^0-9])")]
    private static partial Regex PunctuationBeforeNonDigit();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashAfterDigit();
}
