namespace KernelGen.Tests.Reference;

/// <summary>A hypothesis as a reference finds it: its tokens without the end token.</summary>
internal sealed record Answer(int[] Tokens, double Score, FinishReason Reason, float[] TokenLogProbabilities, int? EndToken = null)
{
    /// <summary>Compares hypotheses with what was generated: bit for bit where scores and log-probabilities were asked for.</summary>
    public static void AssertSame(IReadOnlyList<Answer> expected, GenerationResult actual, GenerationOptions options, string what)
    {
        Assert.True(expected.Count == actual.Hypotheses.Length, $"{what}: {actual.Hypotheses.Length} hypotheses instead of {expected.Count}.");
        for (int i = 0; i < expected.Count; i++)
        {
            Hypothesis hypothesis = actual.Hypotheses[i];
            float? score = options.ReturnScores || options.BeamSize > 1 ? (float)expected[i].Score : null;
            Assert.True(
                hypothesis.Tokens.SequenceEqual(expected[i].Tokens) && hypothesis.Score == score && hypothesis.FinishReason == expected[i].Reason
                    && hypothesis.EndToken == expected[i].EndToken,
                $"{what}: hypothesis {i} is [{string.Join(" ", hypothesis.Tokens)}] {hypothesis.Score} {hypothesis.FinishReason} {hypothesis.EndToken} instead of "
                + $"[{string.Join(" ", expected[i].Tokens)}] {score} {expected[i].Reason} {expected[i].EndToken}.");
            BitAssert.Equal(options.ReturnTokenLogProbabilities ? expected[i].TokenLogProbabilities : [], hypothesis.TokenLogProbabilities.AsSpan(), $"{what}: hypothesis {i}");
        }
    }
}
