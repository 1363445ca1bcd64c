using System.Text.Json;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>What holds of every attention map.</summary>
internal static class AttentionChecks
{
    public static void Check(JsonElement attention, string[] sourceTokens, string text)
    {
        Assert.Equal(sourceTokens, attention.GetProperty("sourceTokens").EnumerateArray().Select(static token => token.GetString()));
        string[] targetTokens = [.. attention.GetProperty("targetTokens").EnumerateArray().Select(static token => token.GetString()!)];
        Assert.Equal("<eos>", targetTokens[^1]);
        Assert.Equal(text, string.Concat(targetTokens[..^1]));
        float[][] weights = [.. attention.GetProperty("weights").EnumerateArray().Select(static row => row.EnumerateArray().Select(static weight => weight.GetSingle()).ToArray())];
        Assert.Equal(targetTokens.Length, weights.Length);
        Assert.All(weights, row =>
        {
            Assert.Equal(sourceTokens.Length, row.Length);
            Assert.Equal(1, row.Sum(), 0.001);
        });
    }
}
