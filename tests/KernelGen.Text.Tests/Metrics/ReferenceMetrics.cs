using System.Text.RegularExpressions;

namespace KernelGen.Text.Tests;

/// <summary>BLEU, chrF and edit distance once more: as they are defined, with regular expressions and tables of strings, and as slowly as that is.</summary>
internal static class ReferenceMetrics
{
    private const string PythonSpaces = @"[\s\x1c-\x1f]+";

    public static string[] Tokens(string text)
    {
        text = Regex.Replace(text, PythonSpaces + @"\z", "").Replace("<skipped>", "").Replace("-\n", "").Replace("\n", " ");
        text = text.Replace("&quot;", "\"").Replace("&amp;", "&").Replace("&lt;", "<").Replace("&gt;", ">");
        text = Regex.Replace($" {text} ", @"([\{-\~\[-\` -\&\(-\+\:-\@\/])", " $1 ");
        text = Regex.Replace(text, @"([^0-9])([\.,])", "$1 $2 ");
        text = Regex.Replace(text, @"([\.,])([^0-9])", " $1 $2");
        text = Regex.Replace(text, "([0-9])(-)", "$1 $2 ");
        return Words(text);
    }

    public static string[] Words(string text) => [.. Regex.Split(text, PythonSpaces).Where(static word => word.Length > 0)];

    public static double Bleu(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, bool isSentence)
    {
        double[] matches = new double[4];
        double[] totals = new double[4];
        double hypothesisLength = 0;
        double referenceLength = 0;
        for (int i = 0; i < hypotheses.Count; i++)
        {
            string[] hypothesis = Tokens(hypotheses[i]);
            string[][] tokens = [.. references[i].Where(static reference => reference.Length > 0).Select(Tokens)];
            hypothesisLength += hypothesis.Length;
            referenceLength += tokens.Select(static reference => reference.Length).OrderBy(length => Math.Abs(length - hypothesis.Length)).ThenBy(static length => length).First();
            for (int n = 1; n <= 4; n++)
            {
                foreach (IGrouping<string, string> ngram in Ngrams(hypothesis, n).GroupBy(static ngram => ngram))
                {
                    totals[n - 1] += ngram.Count();
                    matches[n - 1] += Math.Min(ngram.Count(), tokens.Max(reference => Ngrams(reference, n).Count(other => other == ngram.Key)));
                }
            }
        }

        if (matches.All(static count => count == 0))
        {
            return 0;
        }

        List<double> precisions = [];
        double smoothing = 1;
        foreach ((double match, double total) in matches.Zip(totals).TakeWhile(static pair => pair.Second > 0))
        {
            precisions.Add(match > 0 ? match / total : 1 / ((smoothing *= 2) * total));
        }

        double penalty = hypothesisLength < referenceLength ? Math.Exp(1 - (referenceLength / hypothesisLength)) : 1;
        return !isSentence && precisions.Count < 4 ? 0 : 100 * penalty * Math.Pow(precisions.Aggregate(1.0, static (product, precision) => product * precision), 1.0 / precisions.Count);
    }

    public static double Chrf(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        double[][] sums = [new double[6], new double[6], new double[6]];
        for (int i = 0; i < hypotheses.Count; i++)
        {
            double[][] best = references[i].Where(static reference => reference.Length > 0).Select(reference => ChrfCounts(hypotheses[i], reference)).MaxBy(ChrfOf)!;
            for (int kind = 0; kind < 3; kind++)
            {
                sums[kind] = [.. sums[kind].Zip(best[kind], static (sum, count) => sum + count)];
            }
        }

        return ChrfOf(sums);
    }

    /// <summary>Levenshtein's distance by its recursive definition.</summary>
    public static int Distance(string found, string expected) =>
        found.Length == 0 ? expected.Length
        : expected.Length == 0 ? found.Length
        : Math.Min(
            Distance(found[1..], expected[1..]) + (found[0] == expected[0] ? 0 : 1),
            1 + Math.Min(Distance(found[1..], expected), Distance(found, expected[1..])));

    private static double[][] ChrfCounts(string hypothesis, string reference)
    {
        double[][] counts = [new double[6], new double[6], new double[6]];
        string[] first = Characters(hypothesis);
        string[] second = Characters(reference);
        for (int n = 1; n <= 6; n++)
        {
            List<string> left = [.. Ngrams(second, n)];
            counts[0][n - 1] = left.Count > 0 ? Ngrams(first, n).Count() : 0;
            counts[1][n - 1] = left.Count;
            counts[2][n - 1] = Ngrams(first, n).Count(left.Remove);
        }

        return counts;
    }

    private static double ChrfOf(double[][] counts)
    {
        int[] orders = [.. Enumerable.Range(0, 6).Where(n => counts[0][n] > 0 && counts[1][n] > 0)];
        double precision = orders.Length == 0 ? 0 : orders.Average(n => counts[2][n] / counts[0][n]);
        double recall = orders.Length == 0 ? 0 : orders.Average(n => counts[2][n] / counts[1][n]);
        return precision + recall == 0 ? 0 : 100 * 5 * precision * recall / ((4 * precision) + recall);
    }

    private static string[] Characters(string text) => [.. Regex.Matches(string.Concat(Words(text)), @"[\ud800-\udbff][\udc00-\udfff]|[\s\S]").Select(static match => match.Value)];

    private static IEnumerable<string> Ngrams(string[] parts, int n) => Enumerable.Range(0, Math.Max(0, parts.Length - n + 1)).Select(start => string.Join(' ', parts[start..(start + n)]));
}
