namespace KernelGen.Tests.Reference;

/// <summary>Compares what was generated: tokens, scores, log-probabilities and cross-attention bit for bit, and why it stopped.</summary>
internal static class ResultAssert
{
    /// <summary>Compares all hypotheses.</summary>
    public static void Same(GenerationResult expected, GenerationResult actual, string what) => Same(expected, actual, expected.Hypotheses.Length, what);

    /// <summary>Checks that the actual result is the first <paramref name="count"/> hypotheses of the expected one.</summary>
    public static void Same(GenerationResult expected, GenerationResult actual, int count, string what)
    {
        Assert.Equal(count, actual.Hypotheses.Length);
        for (int i = 0; i < count; i++)
        {
            Hypothesis hypothesis = actual.Hypotheses[i];
            Hypothesis wanted = expected.Hypotheses[i];
            Assert.True(wanted.Tokens.SequenceEqual(hypothesis.Tokens), $"{what}: hypothesis {i} has other tokens.");
            Assert.True(Nullable.Equals(wanted.Score, hypothesis.Score), $"{what}: hypothesis {i} has the score {hypothesis.Score:G9} instead of {wanted.Score:G9}.");
            Assert.Equal(wanted.FinishReason, hypothesis.FinishReason);
            Assert.Equal(wanted.EndToken, hypothesis.EndToken);
            BitAssert.Equal(wanted.TokenLogProbabilities.AsSpan(), hypothesis.TokenLogProbabilities.AsSpan(), $"{what}: log-probabilities of hypothesis {i}");
            Assert.Equal(wanted.CrossAttention is null, hypothesis.CrossAttention is null);
            if (wanted.CrossAttention is { } crossAttention)
            {
                BitAssert.Equal(crossAttention.Probabilities, hypothesis.CrossAttention!.Probabilities, $"{what}: cross-attention of hypothesis {i}");
            }
        }
    }
}
