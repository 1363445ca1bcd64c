namespace KernelGen.Text.Tests;

public class BleuScoreTests
{
    private static readonly string[] Dogs = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."];

    private static readonly string[][] ReferencesOfDogs =
    [
        ["The dog bit the man.", "The dog had bit the man."],
        ["It was not unexpected.", "No one was surprised."],
        ["The man bit him first.", "The man had bitten the dog."],
    ];

    /// <summary>sacreBLEU's own example, with what it writes.</summary>
    [Fact]
    public void A_corpus_has_the_score_that_sacreBLEU_gives_it()
    {
        var score = BleuScore.OfCorpus(Dogs, ReferencesOfDogs);
        Assert.Equal(48.530827, score.Score, 1e-6);
        Assert.Equal("BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)", score.ToString());
        Assert.Equal("nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp", score.Signature);
        Assert.Equal([14, 7, 5, 3], score.MatchCounts);
        Assert.Equal([17, 14, 11, 8], score.NgramCounts);
    }

    /// <summary>From sacreBLEU's tests, by the definition of its numbers.</summary>
    [Theory]
    [InlineData("this is a test", "this is a test", 100)]
    [InlineData("this is a cat", "okay thanks", 0)]
    [InlineData("Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;", "producţia de zahăr brut se exprimă în zahăr alb;", 8.493)]
    public void A_sentence_has_the_score_that_sacreBLEU_gives_it(string hypothesis, string reference, double expected)
    {
        var score = BleuScore.OfSentence(hypothesis, reference);
        Assert.Equal(expected, score.Score, 1e-3);
        Assert.Equal("nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp", score.Signature);
    }

    [Fact]
    public void A_short_sentence_is_scored_by_the_orders_that_it_has()
    {
        Assert.Equal(100, BleuScore.OfSentence("a test", "a test").Score, 1e-9);
        Assert.Equal(36.78794411714425, BleuScore.OfSentence("test", "a test").Score, 1e-9);
        Assert.Equal(0, BleuScore.OfCorpus(["a test"], ["a test"]).Score);
    }

    [Fact]
    public void Orders_without_a_match_count_half_as_much_each()
    {
        // Of 4, 3, 2 and 1: 3/4, 1/3, then 1/(2·2), 1/(4·1).
        var score = BleuScore.OfCorpus(["this is a fest"], ["this is one fest"]);
        Assert.Equal([75, 100 / 3.0, 25, 25], score.Precisions);
        Assert.Equal(Math.Pow(75 * (100 / 3.0) * 25 * 25, 0.25), score.Score, 1e-9);
    }

    [Fact]
    public void Empty_hypotheses_count_as_missing_text()
    {
        var none = BleuScore.OfCorpus(["", " \t", ""], ReferencesOfDogs);
        Assert.Equal(0, none.Score);
        Assert.Equal("BLEU = 0.00 0.0/0.0/0.0/0.0 (BP = 0.000 ratio = 0.000 hyp_len = 0 ref_len = 17)", none.ToString());
        Assert.True(BleuScore.OfCorpus([Dogs[0], "", Dogs[2]], ReferencesOfDogs).Score < BleuScore.OfCorpus(Dogs, ReferencesOfDogs).Score);
    }

    [Fact]
    public void Empty_references_are_missing_ones()
    {
        var score = BleuScore.OfCorpus(Dogs, [["", ReferencesOfDogs[0][0]], ReferencesOfDogs[1], ["", ReferencesOfDogs[2][0], ""]]);
        Assert.Equal(BleuScore.OfCorpus(Dogs, [[ReferencesOfDogs[0][0]], ReferencesOfDogs[1], [ReferencesOfDogs[2][0]]]).Score, score.Score);
        Assert.StartsWith("nrefs:var|", score.Signature, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Hello, world!", "Hello , world !")]
    [InlineData("don't", "don't")]
    [InlineData("1,000.50 3.14, .5 5. v1.2a a.1", "1,000.50 3.14 , . 5 5 . v1.2a a . 1")]
    [InlineData("a..b ...", "a . . b . . .")]
    [InlineData("2-3 two-three 5-", "2 - 3 two-three 5 -")]
    [InlineData("&quot;R&amp;D&quot; &lt;b&gt; &amp;lt; &nbsp;", "\" R & D \" < b > < & nbsp ;")]
    [InlineData("a<skipped>b well-\nknown two\nlines", "ab wellknown two lines")]
    [InlineData("€5 “quoted” – …", "€5 “quoted” – …")]
    [InlineData("😀.\uD83D, \uDE00", "😀 . \uD83D , \uDE00")]
    [InlineData("a\u00a0b\u3000c\u001cd\u2028e\u0085f", "a b c d e f")]
    [InlineData("x{y}~z[`] #1 (a)*+ /:;<=>?@ \\^_|", "x { y } ~ z [ ` ] # 1 ( a ) * + / : ; < = > ? @ \\ ^ _ |")]
    public void Tokens_are_those_of_mteval_13a(string text, string expected)
    {
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Tokenizer13a.Tokenize(text));
        Assert.Equal(ReferenceMetrics.Tokens(text), Tokenizer13a.Tokenize(text));
    }

    [Fact]
    public void Texts_by_chance_have_the_tokens_and_scores_of_the_definition()
    {
        var texts = new UglyText(11);
        string[] parts = ["1.5", "-", "&amp;", "&quot;", "-\n", "<skipped>", ",", ".", "the", "a"];
        for (int i = 0; i < 300; i++)
        {
            string[] hypotheses = [.. Enumerable.Range(0, 3).Select(_ => texts.Next(parts, hasLines: true))];
            string[][] references =
            [
                .. hypotheses.Select((hypothesis, index) => Enumerable.Range(0, 1 + ((i + index) % 3))
                    .Select(number => number == 0 ? hypothesis.Replace('e', 'a') + "." : texts.Next(parts, hasLines: true)).ToArray()),
            ];
            Assert.All(hypotheses, static text => Assert.Equal(ReferenceMetrics.Tokens(text), Tokenizer13a.Tokenize(text)));
            Assert.Equal(ReferenceMetrics.Bleu(hypotheses, references, isSentence: false), BleuScore.OfCorpus(hypotheses, references).Score, 1e-9);
            Assert.Equal(ReferenceMetrics.Bleu(hypotheses[..1], references[..1], isSentence: true), BleuScore.OfSentence(hypotheses[0], references[0]).Score, 1e-9);
        }
    }

    [Fact]
    public void What_cannot_be_scored_is_refused()
    {
        Assert.Contains("There are 1 hypotheses, and references for 2", Assert.Throws<ArgumentException>(static () => BleuScore.OfCorpus(["a"], ["a", "b"])).Message, StringComparison.Ordinal);
        Assert.Contains("no hypotheses", Assert.Throws<ArgumentException>(static () => BleuScore.OfCorpus([], Array.Empty<string>())).Message, StringComparison.Ordinal);
        Assert.Contains("Hypothesis 1 has only empty references", Assert.Throws<ArgumentException>(static () => BleuScore.OfCorpus(["a", "b"], ["a", ""])).Message, StringComparison.Ordinal);
        Assert.Contains("Hypothesis 0 has no references", Assert.Throws<ArgumentException>(static () => BleuScore.OfSentence("a")).Message, StringComparison.Ordinal);
        Assert.Contains("Hypothesis 0 is null", Assert.Throws<ArgumentException>(static () => BleuScore.OfCorpus([null!], ["a"])).Message, StringComparison.Ordinal);
        Assert.Contains("A reference of hypothesis 0 is null", Assert.Throws<ArgumentException>(static () => BleuScore.OfCorpus(["a"], new[] { (string)null! })).Message, StringComparison.Ordinal);
    }
}
