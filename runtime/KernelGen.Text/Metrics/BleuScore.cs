using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>
/// How much translations have in common with those of people: BLEU (Papineni et al. 2002, <see href="https://aclanthology.org/P02-1040/"/>), with the
/// defaults of sacreBLEU (Post 2018, <see href="https://arxiv.org/abs/1804.08771"/>), so that scores can be compared with published ones.
/// </summary>
/// <remarks>
/// Texts are taken as they are, not taken apart into tokens yet: the tokens are those of <c>mteval-v13a.pl</c>, upper and lower case differ, n-grams have one
/// to four tokens, and an order of which no n-gram matches is smoothed exponentially. A language that writes no spaces (Chinese, Japanese, Thai) has hardly any
/// tokens in this definition, and is better scored with <see cref="ChrfScore"/>.
/// An empty reference is one that is missing.
/// </remarks>
public sealed class BleuScore
{
    private const int MaxOrder = 4;

    private readonly string _references;
    private readonly bool _isSentence;

    private BleuScore(Counts counts, string references, bool isSentence)
    {
        _references = references;
        _isSentence = isSentence;
        HypothesisLength = counts.HypothesisLength;
        ReferenceLength = counts.ReferenceLength;
        MatchCounts = [.. counts.Matches];
        NgramCounts = [.. counts.Ngrams];
        BrevityPenalty = HypothesisLength >= ReferenceLength ? 1
            : HypothesisLength > 0 ? Math.Exp(1 - ((double)ReferenceLength / HypothesisLength))
            : 0;

        double[] precisions = new double[MaxOrder];
        int order = isSentence ? 0 : MaxOrder;
        double halving = 1;
        double logarithms = 0;
        bool hasMatch = counts.Matches.Any(static matches => matches > 0);
        for (int n = 0; n < MaxOrder && hasMatch && NgramCounts[n] > 0; n++)
        {
            halving *= MatchCounts[n] == 0 ? 2 : 1;
            precisions[n] = MatchCounts[n] == 0 ? 100 / (halving * NgramCounts[n]) : 100.0 * MatchCounts[n] / NgramCounts[n];
            logarithms += Math.Log(precisions[n]);

            // A sentence of fewer than four tokens has no n-grams of some orders, and is not to be blamed for that.
            order = isSentence ? n + 1 : MaxOrder;
        }

        Precisions = ImmutableCollectionsMarshal.AsImmutableArray(precisions);
        Score = order > 0 && precisions[order - 1] > 0 ? BrevityPenalty * Math.Exp(logarithms / order) : 0;
    }

    /// <summary>The score, from 0 to 100.</summary>
    public double Score { get; }

    /// <summary>For n-grams of one to four tokens: how many of a hundred are in a reference, after smoothing.</summary>
    public ImmutableArray<double> Precisions { get; }

    /// <summary>For n-grams of one to four tokens: how many of the hypotheses are in a reference, each no oftener than there.</summary>
    public ImmutableArray<long> MatchCounts { get; }

    /// <summary>For n-grams of one to four tokens: how many the hypotheses have.</summary>
    public ImmutableArray<long> NgramCounts { get; }

    /// <summary>What the score is multiplied by because hypotheses are shorter than references: 1 where they are not.</summary>
    public double BrevityPenalty { get; }

    /// <summary>The tokens of all hypotheses.</summary>
    public long HypothesisLength { get; }

    /// <summary>The tokens of the references: for each hypothesis, of the one that is nearest to its length, and of two that are as near, of the shorter one.</summary>
    public long ReferenceLength { get; }

    /// <summary>What was computed, as sacreBLEU's signatures say it, but for the version of that program.</summary>
    public string Signature => $"{_references}|case:mixed|eff:{(_isSentence ? "yes" : "no")}|tok:13a|smooth:exp";

    /// <summary>Scores texts with one reference each.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">The reference of each.</param>
    /// <returns>The score of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many references as hypotheses, or none; or one is null, or an empty reference.</exception>
    public static BleuScore OfCorpus(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) =>
        Of(ScoredTexts.Pair(hypotheses, references), isSentence: false);

    /// <summary>Scores texts with several references each.</summary>
    /// <param name="hypotheses">The texts.</param>
    /// <param name="references">For each text, its references, of which there may be more for one than for another.</param>
    /// <returns>The score of all together.</returns>
    /// <exception cref="ArgumentException">There are not as many lists of references as hypotheses, or none; or one is null, or without a reference that is not empty.</exception>
    public static BleuScore OfCorpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references) =>
        Of(ScoredTexts.Pair(hypotheses, references), isSentence: false);

    /// <summary>Scores one sentence, which BLEU was not made for: of two systems only scores of whole corpora tell anything.</summary>
    /// <param name="hypothesis">The sentence.</param>
    /// <param name="references">Its references.</param>
    /// <returns>Its score, of the orders for which the sentence is long enough (sacreBLEU's effective order).</returns>
    /// <exception cref="ArgumentException">There is no reference that is not empty, or one is null.</exception>
    public static BleuScore OfSentence(string hypothesis, params IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(hypothesis);
        return Of(ScoredTexts.Pair([hypothesis], [references]), isSentence: true);
    }

    /// <summary>The score with its parts, as sacreBLEU writes it.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"BLEU = {Score:F2} {string.Join('/', Precisions.Select(static precision => precision.ToString("F1", CultureInfo.InvariantCulture)))} (BP = {BrevityPenalty:F3} ratio = {(ReferenceLength > 0 ? (double)HypothesisLength / ReferenceLength : 0):F3} hyp_len = {HypothesisLength} ref_len = {ReferenceLength})");

    private static BleuScore Of(IEnumerable<(string Hypothesis, IReadOnlyList<string> References)> texts, bool isSentence)
    {
        var counts = new Counts();
        int index = 0;
        int fewest = int.MaxValue;
        int most = 0;
        foreach ((string hypothesis, IReadOnlyList<string> all) in texts)
        {
            List<string> references = ScoredTexts.NotEmpty(all, index++);
            fewest = Math.Min(fewest, references.Count);
            most = Math.Max(most, references.Count);
            counts.Add(Tokenizer13a.Tokenize(hypothesis), references.ConvertAll(Tokenizer13a.Tokenize));
        }

        return new BleuScore(counts, ScoredTexts.CountOfReferences(fewest, most), isSentence);
    }

    /// <summary>What a score is computed from.</summary>
    private sealed class Counts
    {
        /// <summary>In place of a token: the n-gram is shorter.</summary>
        private const int None = -1;

        private readonly Dictionary<string, int> _tokens = [];
        private readonly Dictionary<(int, int, int, int), int> _ofHypothesis = [];
        private readonly Dictionary<(int, int, int, int), int> _ofReference = [];
        private readonly Dictionary<(int, int, int, int), int> _ofReferences = [];

        public long[] Matches { get; } = new long[MaxOrder];

        public long[] Ngrams { get; } = new long[MaxOrder];

        public long HypothesisLength { get; private set; }

        public long ReferenceLength { get; private set; }

        public void Add(List<string> hypothesis, List<List<string>> references)
        {
            _tokens.Clear();
            _ofReferences.Clear();
            int nearest = references[0].Count;
            foreach (List<string> reference in references)
            {
                int distance = Math.Abs(reference.Count - hypothesis.Count) - Math.Abs(nearest - hypothesis.Count);
                nearest = distance < 0 || (distance == 0 && reference.Count < nearest) ? reference.Count : nearest;
                Count(reference, _ofReference);
                foreach (((int, int, int, int) ngram, int count) in _ofReference)
                {
                    ref int most = ref CollectionsMarshal.GetValueRefOrAddDefault(_ofReferences, ngram, out _);
                    most = Math.Max(most, count);
                }
            }

            HypothesisLength += hypothesis.Count;
            ReferenceLength += nearest;
            Count(hypothesis, _ofHypothesis);
            foreach (((int, int, int, int) ngram, int count) in _ofHypothesis)
            {
                int order = ngram.Item2 == None ? 0 : ngram.Item3 == None ? 1 : ngram.Item4 == None ? 2 : 3;
                Ngrams[order] += count;
                Matches[order] += Math.Min(count, _ofReferences.GetValueOrDefault(ngram));
            }
        }

        private void Count(List<string> words, Dictionary<(int, int, int, int), int> counts)
        {
            counts.Clear();
            int[] tokens = new int[words.Count + MaxOrder - 1];
            Array.Fill(tokens, None);
            for (int i = 0; i < words.Count; i++)
            {
                ref int token = ref CollectionsMarshal.GetValueRefOrAddDefault(_tokens, words[i], out bool exists);
                token = exists ? token : _tokens.Count - 1;
                tokens[i] = token;
            }

            for (int i = 0; i < words.Count; i++)
            {
                Count((tokens[i], None, None, None));
                for (int length = 2; length <= MaxOrder && tokens[i + length - 1] != None; length++)
                {
                    Count((tokens[i], tokens[i + 1], length > 2 ? tokens[i + 2] : None, length > 3 ? tokens[i + 3] : None));
                }
            }

            void Count((int, int, int, int) ngram) => CollectionsMarshal.GetValueRefOrAddDefault(counts, ngram, out _)++;
        }
    }
}
