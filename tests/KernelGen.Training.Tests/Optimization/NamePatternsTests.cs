
namespace KernelGen.Training.Tests.Optimization;

public class NamePatternsTests
{
    [Theory]
    [InlineData("encoder.*", "encoder.0.feed_forward.expand.weight", true)]
    [InlineData("encoder.*", "decoder.0.feed_forward.expand.weight", false)]
    [InlineData("*.bias", "decoder.0.feed_forward.expand.bias", true)]
    [InlineData("*.bias", "decoder.output_bias", false)]
    [InlineData("*bias", "decoder.output_bias", true)]
    [InlineData("*", "", true)]
    [InlineData("**", "a", true)]
    [InlineData("", "a", false)]
    [InlineData("?", "a", true)]
    [InlineData("?", "ab", false)]
    [InlineData("decoder.?.norm", "decoder.1.norm", true)]
    [InlineData("decoder.?.norm", "decoder.11.norm", false)]
    [InlineData("a*b*c", "axxbyybzzc", true)]
    [InlineData("a*b*c", "axxbyybzz", false)]
    [InlineData("*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("Encoder.*", "encoder.embedding", false)]
    public void An_asterisk_stands_for_any_characters_and_a_question_mark_for_one(string pattern, string name, bool fits) =>
        Assert.Equal(fits, NamePatterns.Matches(pattern, name));

    [Fact]
    public void A_pattern_that_fits_nothing_is_refused_with_the_names_that_there_are()
    {
        using var parameters = TrainingParameters.Initialize(GoldenMarian.Description, seed: 1);
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => NamePatterns.Check("Frozen", ["encoder.*", "Encoder.\n*"], parameters.Ranges));
        Assert.StartsWith("Frozen has the pattern 'Encoder.\\u000a*', which no weights' name fits. Names are, those of later layers left out: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("encoder.embedding, decoder.embedding, decoder.output, ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("decoder.0.cross_attention.key.bias", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("decoder.1.", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NamePatterns.Check("Frozen", [""], parameters.Ranges));
        NamePatterns.Check("Frozen", default, parameters.Ranges);
    }

    [Fact]
    public void What_is_tied_is_frozen_by_any_of_its_names()
    {
        using var parameters = TrainingParameters.Initialize(GoldenMarian.Description, seed: 1);
        Assert.DoesNotContain(new WeightSegments(parameters.Ranges, ["decoder.output"], decaying: null).All, static segment => segment.Range.Name == "encoder.embedding");
        Assert.Contains(new WeightSegments(parameters.Ranges, ["encoder.0.*"], decaying: null).All, static segment => segment.Range.Name == "encoder.embedding");
    }
}
