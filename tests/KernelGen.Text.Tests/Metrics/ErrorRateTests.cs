using CsCheck;

namespace KernelGen.Text.Tests;

public class ErrorRateTests
{
    [Fact]
    public void Words_are_substituted_inserted_and_deleted()
    {
        var rate = ErrorRate.OfWords(["the dog chases cat", "a  b\tc d"], ["the dog chased the cat", "a b d"]);
        Assert.Equal((1, 1, 1, 8, 3), (rate.Substitutions, rate.Insertions, rate.Deletions, rate.ReferenceLength, rate.Errors));
        Assert.Equal(3 / 8.0, rate.Rate);
        Assert.Equal("37.50 % (3 of 8: 1 substituted, 1 inserted, 1 deleted)", rate.ToString());
    }

    /// <summary>As jiwer 4.0.0 answers.</summary>
    [Fact]
    public void A_sentence_has_the_rates_that_jiwer_gives_it()
    {
        Assert.Equal(1 / 3.0, ErrorRate.OfWords(["the cat sat"], ["the cat sit"]).Rate);
        Assert.Equal(1 / 11.0, ErrorRate.OfCharacters(["the cat sat"], ["the cat sit"]).Rate);
    }

    [Fact]
    public void Characters_are_scalar_values_and_spaces_count()
    {
        Assert.Equal(2 / 5.0, ErrorRate.OfCharacters([" a😁bc "], ["a😀b c"]).Rate);
        Assert.Equal(1, ErrorRate.OfCharacters(["\uD83D"], ["\uDE00"]).Rate);
        Assert.Equal((0, 0, 2), Counts(ErrorRate.OfCharacters(["abc"], ["abcde"])));
        Assert.Equal((0, 2, 0), Counts(ErrorRate.OfCharacters(["abcabc"], ["abcc"])));
    }

    [Fact]
    public void Of_several_references_the_nearest_counts_and_the_longest_of_those()
    {
        string[][] references = [["T AH M EY T OW", "T AH M AA T OW"], ["R EY D", "R EH D", "R EH D S T"]];
        var phonemes = ErrorRate.OfWords(["T AH M AA T AH", "R EH D S"], references);
        Assert.Equal((1, 0, 1), Counts(phonemes));
        Assert.Equal(11, phonemes.ReferenceLength);
        var words = ErrorRate.OfAnswers(["T  AH M AA T OW ", "R EH D S"], references);
        Assert.Equal((1, 2, 0.5), (words.Errors, words.ReferenceLength, words.Rate));
    }

    [Fact]
    public void Nothing_may_be_right()
    {
        Assert.Equal(0, ErrorRate.OfWords([" "], [""]).Rate);
        Assert.Equal(double.PositiveInfinity, ErrorRate.OfWords(["a b"], [""]).Rate);
        Assert.Equal(1, ErrorRate.OfWords(["", ""], ["a b", ""]).Rate);
        Assert.Equal(0, ErrorRate.OfAnswers([""], [["a", " "]]).Rate);
    }

    [Fact]
    public void Edits_are_the_fewest()
    {
        Gen<string> text = Gen.Char['a', 'c'].Array[0, 6].Select(static characters => new string(characters));
        Gen.Select(text, text).Sample(static (found, expected) =>
        {
            var edits = Edits.Between<char>(found, expected);
            Assert.Equal(ReferenceMetrics.Distance(found, expected), edits.Count);
            Assert.Equal(found.Length - expected.Length, edits.Insertions - edits.Deletions);
            Assert.True(edits is { Substitutions: >= 0, Insertions: >= 0, Deletions: >= 0 });
        });
    }

    [Fact]
    public void Long_texts_take_memory_in_proportion_to_their_length()
    {
        string text = string.Concat(Enumerable.Range(0, 2_000).Select(static i => (char)('a' + (i * i % 26))));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(0, ErrorRate.OfCharacters([text + text], [text + text]).Rate);
        Assert.Equal(2_001, ErrorRate.OfCharacters(["x" + text + text], [text + "y"]).Errors);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Throws<ArgumentException>(static () => ErrorRate.OfWords(["a"], ["a", "b"]));
        Assert.Throws<ArgumentException>(static () => ErrorRate.OfCharacters([], Array.Empty<string>()));
        Assert.Contains("Hypothesis 0 has no references", Assert.Throws<ArgumentException>(static () => ErrorRate.OfAnswers(["a"], [[]])).Message, StringComparison.Ordinal);
    }

    private static (long Substitutions, long Insertions, long Deletions) Counts(ErrorRate rate) => (rate.Substitutions, rate.Insertions, rate.Deletions);
}
