namespace KernelGen.Audio.Tests;

public class SuppressionTests
{
    [Fact]
    public void Blanks_are_suppressed_at_the_beginning_alone()
    {
        var rule = new SuppressBlank([2, 5]);
        float[] logits = new float[6];
        rule.Apply(logits, [1]);
        Assert.Equal(new float[6], logits);
        rule.Apply(logits, []);
        Assert.Equal([0, 0, float.NegativeInfinity, 0, 0, float.NegativeInfinity], logits);
    }

    [Fact]
    public void Tokens_are_suppressed_everywhere()
    {
        var rule = new SuppressTokens([0]);
        float[] logits = [7, 8];
        rule.Apply(logits, []);
        Assert.Equal([float.NegativeInfinity, 8], logits);
        logits = [float.NaN, float.NaN];
        rule.Apply(logits, [1, 1, 1]);
        Assert.Equal([float.NegativeInfinity, float.NaN], logits);
    }

    [Fact]
    public void A_later_rule_sees_what_earlier_ones_leave()
    {
        var seen = new List<float>();
        var rules = new RuleList([new SuppressTokens([1]), new WatchingRule(seen)]);
        rules.Apply(new float[2], []);
        Assert.Equal([0, float.NegativeInfinity], seen);
    }

    private sealed class WatchingRule(List<float> seen) : ITokenRule
    {
        public void Apply(Span<float> logits, ReadOnlySpan<int> written) => seen.AddRange(logits);
    }
}
