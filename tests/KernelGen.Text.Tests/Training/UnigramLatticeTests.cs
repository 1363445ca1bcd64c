namespace KernelGen.Text.Tests;

public class UnigramLatticeTests
{
    private const double Unknown = -12;

    /// <summary>Beside sums over all ways, one by one.</summary>
    [Fact]
    public void Pieces_are_expected_as_often_as_all_ways_have_them()
    {
        var random = new Random(4);
        for (int round = 0; round < 100; round++)
        {
            string[] sentences = [.. Enumerable.Range(0, 3).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "aab"[random.Next(3)])))];
            (PieceCorpus corpus, FrequentSubstrings texts, double[] scores) = Make(sentences, random);
            double[] counts = new double[scores.Length];
            double[] best = new double[scores.Length];
            UnigramLattice sums = Lattice(corpus, texts, scores, Math.Exp);
            UnigramLattice maxima = Lattice(corpus, texts, scores, static score => score);
            double[] expected = new double[scores.Length];
            double[] expectedBest = new double[scores.Length];
            for (int part = 0; part < corpus.Weights.Length; part++)
            {
                sums.Expect(part, counts);
                maxima.CountBest(part, best);
                List<List<int>> ways = Ways(corpus, texts, corpus.Starts[part], corpus.Starts[part + 1]);
                double all = ways.Sum(way => Math.Exp(way.Sum(piece => scores[piece])));
                foreach (List<int> way in ways)
                {
                    way.ForEach(piece => expected[piece] += corpus.Weights[part] * Math.Exp(way.Sum(other => scores[other])) / all);
                }

                ways.MaxBy(way => way.Sum(piece => scores[piece]))!.ForEach(piece => expectedBest[piece] += corpus.Weights[part]);
            }

            Assert.All(expected, (count, piece) => Assert.Equal(count, counts[piece], 1e-9 * (1 + count)));
            Assert.Equal(expectedBest, best);

            var others = new List<int>();
            for (int piece = corpus.Alphabet.Length; piece < scores.Length; piece++)
            {
                int place = texts.Places[piece];
                double score = maxima.FindAlternative(piece, place, others);
                List<int> alternative = Ways(corpus, texts, place, place + texts.Lengths[piece]).Where(way => way.Count > 1).MaxBy(way => way.Sum(other => scores[other]))!;
                Assert.Equal(alternative.Sum(other => scores[other]), score, 1e-9);
                Assert.Equal(alternative.Order(), others.Order());
            }
        }
    }

    /// <summary>Probabilities that no number holds: a hundred thousand characters.</summary>
    [Fact]
    public void Long_parts_are_summed_without_loss()
    {
        var random = new Random(5);
        string sentence = string.Concat(Enumerable.Range(0, 100_000).Select(_ => "aaaabbbcd"[random.Next(9)]));
        (PieceCorpus corpus, FrequentSubstrings texts, double[] scores) = Make([sentence], random, least: -40);
        double[] counts = new double[scores.Length];
        Lattice(corpus, texts, scores, Math.Exp).Expect(0, counts);
        Assert.Equal(corpus.Symbols.Length, counts.Select((count, piece) => count * texts.Lengths[piece]).Sum(), 1e-3);
        Assert.Equal(ByLogarithms(corpus, texts, scores), counts, static (one, other) => Math.Abs(one - other) < 1e-6 * (1 + one));
    }

    [Fact]
    public void A_character_that_is_no_piece_is_unknown()
    {
        (PieceCorpus corpus, FrequentSubstrings texts, double[] scores) = Make(["ab"], new Random(6));
        int a = Array.IndexOf(corpus.Alphabet, 'a');
        int[] longest = [.. texts.LongestAt.Select(piece => piece == a ? -1 : piece)];
        UnigramLattice.Arc[] arcs = [.. scores.Select((score, i) => new UnigramLattice.Arc(texts.Parents[i], texts.Lengths[i], Math.Exp(score)))];
        double[] counts = new double[scores.Length];
        new UnigramLattice(corpus, longest, arcs, Math.Exp(Unknown), 1).Expect(0, counts);
        Assert.Equal(0, counts[a]);
        Assert.All(counts.Where((_, piece) => piece != a), static count => Assert.Equal(1, count, 1e-12));
    }

    private static (PieceCorpus Corpus, FrequentSubstrings Texts, double[] Scores) Make(string[] sentences, Random random, double least = -6)
    {
        var options = new SentencePieceTrainingOptions { MaxPieceLength = 5, CharacterCoverage = 1, Normalization = SentencePieceNormalization.Identity };
        PieceCorpus corpus = FrequentSubstringsTests.CorpusOf(sentences, options);
        var texts = new FrequentSubstrings(corpus, options.MaxPieceLength, 1_000, CancellationToken.None);
        return (corpus, texts, [.. texts.Parents.Select(_ => least * random.NextDouble())]);
    }

    private static UnigramLattice Lattice(PieceCorpus corpus, FrequentSubstrings texts, double[] scores, Func<double, double> weightOf) => new(
        corpus, texts.LongestAt, [.. scores.Select((score, i) => new UnigramLattice.Arc(texts.Parents[i], texts.Lengths[i], weightOf(score)))], weightOf(Unknown), texts.Lengths.Max());

    private static List<List<int>> Ways(PieceCorpus corpus, FrequentSubstrings texts, int start, int end)
    {
        if (start == end)
        {
            return [[]];
        }

        var ways = new List<List<int>>();
        for (int piece = texts.LongestAt[start]; piece >= 0; piece = texts.Parents[piece])
        {
            if (start + texts.Lengths[piece] <= end)
            {
                ways.AddRange(Ways(corpus, texts, start + texts.Lengths[piece], end).Select(way => new List<int>([piece, .. way])));
            }
        }

        return ways;
    }

    private static double[] ByLogarithms(PieceCorpus corpus, FrequentSubstrings texts, double[] scores)
    {
        int length = corpus.Symbols.Length;
        double[] before = new double[length + 1];
        double[] after = new double[length + 1];
        Array.Fill(before, double.NegativeInfinity, 1, length);
        Array.Fill(after, double.NegativeInfinity, 0, length);
        Each((start, piece, end) => before[end] = LogSum(before[end], before[start] + scores[piece]));
        for (int start = length - 1; start >= 0; start--)
        {
            for (int piece = texts.LongestAt[start]; piece >= 0; piece = texts.Parents[piece])
            {
                after[start] = LogSum(after[start], after[start + texts.Lengths[piece]] + scores[piece]);
            }
        }

        double[] counts = new double[scores.Length];
        Each((start, piece, end) => counts[piece] += Math.Exp(before[start] + scores[piece] + after[end] - before[length]));
        return counts;

        void Each(Action<int, int, int> action)
        {
            for (int start = 0; start < length; start++)
            {
                for (int piece = texts.LongestAt[start]; piece >= 0; piece = texts.Parents[piece])
                {
                    action(start, piece, start + texts.Lengths[piece]);
                }
            }
        }
    }

    private static double LogSum(double one, double other) =>
        Math.Max(one, other) + Math.Log(1 + Math.Exp(-Math.Abs(one - other))) is var sum && double.IsNaN(sum) ? Math.Max(one, other) : sum;
}
