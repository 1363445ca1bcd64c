namespace KernelGen.Text.Tests;

public class ChrfScoreTests
{
    /// <summary>From sacreBLEU's tests, but for those of another beta; the first is what its version 2.6.0 answers.</summary>
    [Theory]
    [InlineData("the cat sat", "the cat sit", 68.66402116402116)]
    [InlineData("a", "a", 100)]
    [InlineData("", "reference", 0)]
    [InlineData("a b c", "a b c", 100)]
    [InlineData("a b c", "abc", 100)]
    [InlineData("aa", "ab", 25)]
    [InlineData("abcdefg", "hijklmnop", 0)]
    public void A_sentence_has_the_score_that_sacreBLEU_gives_it(string hypothesis, string reference, double expected)
    {
        Assert.Equal(expected, ChrfScore.OfSentence(hypothesis, reference).Score, 1e-9);
        Assert.Equal(expected, ChrfScore.OfCorpus([hypothesis], [reference]).Score, 1e-9);
    }

    [Fact]
    public void A_corpus_is_scored_by_the_sums_of_its_counts()
    {
        var score = ChrfScore.OfCorpus(["a", "b"], ["a", "c"]);
        Assert.Equal(50, score.Score, 1e-9);
        Assert.Equal("chrF2 = 50.00", score.ToString());
        Assert.Equal("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no", score.Signature);
        Assert.Equal([1, 0, 0, 0, 0, 0], score.MatchCounts);
        Assert.Equal([2, 0, 0, 0, 0, 0], score.HypothesisCounts);
    }

    [Fact]
    public void Recall_counts_more_than_precision() =>
        Assert.True(ChrfScore.OfSentence("abcdefgh", "abcdefghijkl").Score < ChrfScore.OfSentence("abcdefghijkl", "abcdefgh").Score);

    [Fact]
    public void Of_several_references_the_best_counts()
    {
        var score = ChrfScore.OfCorpus(["Die Katze.", "x"], [["Der Hund.", "Die Katze.", ""], ["x"]]);
        Assert.Equal(100, score.Score, 1e-9);
        Assert.StartsWith("nrefs:var|", score.Signature, StringComparison.Ordinal);
        Assert.Equal(10, score.ReferenceCounts[0]);
    }

    [Fact]
    public void Texts_by_chance_have_the_scores_of_the_definition()
    {
        var texts = new UglyText(12);
        string[] parts = ["the", "a", "\0", "\u0001"];
        for (int i = 0; i < 200; i++)
        {
            string[] hypotheses = [.. Enumerable.Range(0, 3).Select(_ => texts.Next(parts, hasLines: true))];
            string[][] references = [.. hypotheses.Select(hypothesis => new[] { hypothesis.Replace('e', 'a') + ".", texts.Next(parts, hasLines: true) })];
            Assert.Equal(ReferenceMetrics.Chrf(hypotheses, references), ChrfScore.OfCorpus(hypotheses, references).Score, 1e-9);
        }
    }

    [Fact]
    public void What_cannot_be_scored_is_refused()
    {
        Assert.Throws<ArgumentException>(static () => ChrfScore.OfCorpus(["a"], ["a", "b"]));
        Assert.Throws<ArgumentException>(static () => ChrfScore.OfCorpus([], Array.Empty<string>()));
        Assert.Throws<ArgumentException>(static () => ChrfScore.OfSentence("a", "", ""));
        Assert.Throws<ArgumentNullException>(static () => ChrfScore.OfSentence(null!, "a"));
    }
}
