namespace KernelGen.Audio.Tests.Models;

/// <summary>Compares what a model answers with a <see cref="SpeechGolden"/>.</summary>
internal static class GoldenAssert
{
    /// <summary>Numbers are close: within the tolerance times their magnitude, or times 1 where that is less.</summary>
    public static void Close(float[] expected, float[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], found[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    /// <summary>Hypotheses are the golden ones, in their order.</summary>
    /// <param name="expected">The golden ones.</param>
    /// <param name="skipped">The first tokens of each that the found ones are without.</param>
    /// <param name="found">The found ones.</param>
    /// <param name="endToken">The end token, which the found ones are without.</param>
    public static void Hypotheses(SpeechGolden.Hypothesis[] expected, int skipped, GenerationResult found, int endToken)
    {
        Assert.Equal(expected.Length, found.Hypotheses.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(WithoutEnd(expected[i].Tokens, endToken)[skipped..], found.Hypotheses[i].Tokens);
            Assert.Equal(expected[i].Score, found.Hypotheses[i].Score!.Value, 1e-4);
        }
    }

    /// <summary>Tokens without the end token, where they end with it.</summary>
    public static int[] WithoutEnd(int[] tokens, int endToken) => tokens[^1] == endToken ? tokens[..^1] : tokens;
}
