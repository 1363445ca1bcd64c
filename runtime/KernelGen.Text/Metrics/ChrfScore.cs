using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// How many n-grams of characters texts share with references: chrF2 (Popović 2015, <see href="https://aclanthology.org/W15-3049/"/>; 2016,
/// <see href="https://aclanthology.org/W16-2341/"/>), with the defaults of sacreBLEU. It needs no tokens, and so suits every language.
/// </summary>
/// <remarks>
/// N-grams have one to six characters (Unicode scalar values), without white space. The score is the F-score of the precisions and recalls, averaged over the
/// orders that both sides have n-grams of; recall counts twice as much as precision. Of several references each text is compared with the one that is best for it.
/// An empty reference is one that is missing.
/// </remarks>
public sealed class ChrfScore
{
    private const int MaxOrder = 6;
    private const int Beta = 2;

    /// <summary>The bits of a character in a key. Six have 126 bits.</summary>
    private const int CharacterBits = 21;

    private readonly string _references;

    private ChrfScore(Counts counts, string references)
    {
        _references = references;
        Score = counts.Score();
        HypothesisCounts = [.. counts.OfHypothesis];
        ReferenceCounts = [.. counts.OfReference];
        MatchCounts = [.. counts.Matches];
    }

    /// <summary>The score, from 0 to 100.</summary>
    public double Score { get; }

    /// <summary>For n-grams of one to six characters: how many the hypotheses have, without those of hypotheses whose reference has none of the order.</summary>
    public ImmutableArray<long> HypothesisCounts { get; }

    /// <summary>For n-grams of one to six characters: how many the references have.</summary>
    public ImmutableArray<long> ReferenceCounts { get; }

    /// <summary>For n-grams of one to six characters: how many both have.</summary>
    public ImmutableArray<long> MatchCounts { get; }

    /// <summary>What was computed, as sacreBLEU's signatures say it, but for the version of that program.</summary>
    public string Signature => $"{_references}|case:mixed|eff:yes|nc:{MaxOrder}|nw:0|space:no";

    /// <summary>Scores texts with one reference each.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">The reference of each.</param>
    /// <returns>The score of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many references as hypotheses, or none; or one is null, or an empty reference.</exception>
    public static ChrfScore OfCorpus(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) => Of(ScoredTexts.Pair(hypotheses, references));

    /// <summary>Scores texts with several references each.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">For each text, its references, of which there may be more for one than for another.</param>
    /// <returns>The score of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many lists of references as hypotheses, or none; or one is null, or without a reference that is not empty.</exception>
    public static ChrfScore OfCorpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references) => Of(ScoredTexts.Pair(hypotheses, references));

    /// <summary>Scores one sentence.</summary>
    /// <param name="hypothesis">The sentence.</param>
    /// <param name="references">Its references.</param>
    /// <returns>Its score.</returns>
    /// <exception cref="ArgumentException">There is no reference that is not empty, or one is null.</exception>
    public static ChrfScore OfSentence(string hypothesis, params IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(hypothesis);
        return Of(ScoredTexts.Pair([hypothesis], [references]));
    }

    /// <summary>The score, as sacreBLEU writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"chrF{Beta} = {Score:F2}");

    private static ChrfScore Of(IEnumerable<(string Hypothesis, IReadOnlyList<string> References)> texts)
    {
        var counts = new Counts();
        int index = 0;
        int fewest = int.MaxValue;
        int most = 0;
        Dictionary<UInt128, int>[] ofHypothesis = NgramTables();
        Dictionary<UInt128, int>[] ofReference = NgramTables();
        foreach ((string hypothesis, IReadOnlyList<string> all) in texts)
        {
            List<string> references = ScoredTexts.NotEmpty(all, index++);
            fewest = Math.Min(fewest, references.Count);
            most = Math.Max(most, references.Count);
            Count(hypothesis, ofHypothesis);
            Counts? best = null;
            double bestScore = double.NegativeInfinity;
            foreach (string reference in references)
            {
                Count(reference, ofReference);
                var compared = new Counts(ofHypothesis, ofReference);
                double score = compared.Score();
                if (score > bestScore)
                {
                    (best, bestScore) = (compared, score);
                }
            }

            counts.Add(best!);
        }

        return new ChrfScore(counts, ScoredTexts.CountOfReferences(fewest, most));
    }

    private static Dictionary<UInt128, int>[] NgramTables() => [.. Enumerable.Range(0, MaxOrder).Select(static _ => new Dictionary<UInt128, int>())];

    /// <summary>Counts the n-grams of a text, those of each order in a table of their own.</summary>
    private static void Count(string text, Dictionary<UInt128, int>[] tables)
    {
        List<int> characters = TextWords.Characters(string.Concat(TextWords.Split(text)));
        for (int order = 1; order <= MaxOrder; order++)
        {
            Dictionary<UInt128, int> table = tables[order - 1];
            table.Clear();
            UInt128 ngram = UInt128.Zero;
            UInt128 mask = (UInt128.One << (CharacterBits * order)) - UInt128.One;
            for (int i = 0; i < characters.Count; i++)
            {
                ngram = ((ngram << CharacterBits) | (uint)characters[i]) & mask;
                if (i + 1 >= order)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(table, ngram, out _)++;
                }
            }
        }
    }

    /// <summary>What a score is computed from: the numbers of n-grams of each order.</summary>
    private sealed class Counts
    {
        public Counts()
        {
        }

        public Counts(Dictionary<UInt128, int>[] ofHypothesis, Dictionary<UInt128, int>[] ofReference)
        {
            for (int order = 0; order < MaxOrder; order++)
            {
                foreach ((UInt128 ngram, int count) in ofHypothesis[order])
                {
                    OfHypothesis[order] += ofReference[order].Count > 0 ? count : 0;
                    Matches[order] += Math.Min(count, ofReference[order].GetValueOrDefault(ngram));
                }

                OfReference[order] = ofReference[order].Values.Sum(static count => (long)count);
            }
        }

        public long[] OfHypothesis { get; } = new long[MaxOrder];

        public long[] OfReference { get; } = new long[MaxOrder];

        public long[] Matches { get; } = new long[MaxOrder];

        public void Add(Counts other)
        {
            for (int order = 0; order < MaxOrder; order++)
            {
                OfHypothesis[order] += other.OfHypothesis[order];
                OfReference[order] += other.OfReference[order];
                Matches[order] += other.Matches[order];
            }
        }

        public double Score()
        {
            const int Factor = Beta * Beta;
            double precision = 0;
            double recall = 0;
            int orders = 0;
            for (int order = 0; order < MaxOrder; order++)
            {
                if (OfHypothesis[order] > 0 && OfReference[order] > 0)
                {
                    precision += (double)Matches[order] / OfHypothesis[order];
                    recall += (double)Matches[order] / OfReference[order];
                    orders++;
                }
            }

            precision /= Math.Max(orders, 1);
            recall /= Math.Max(orders, 1);
            return precision + recall > 0 ? 100 * ((1 + Factor) * precision * recall / ((Factor * precision) + recall)) : 0;
        }
    }
}
