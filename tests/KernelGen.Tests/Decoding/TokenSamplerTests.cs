using CsCheck;
using KernelGen.Decoding;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Decoding;

/// <summary>What a random number falls on, against the definition by sorting: exactly, ties included.</summary>
public sealed unsafe class TokenSamplerTests
{
    [Fact]
    public void A_random_number_falls_on_the_token_of_the_definition() =>
        Gen.Select(Gen.Int[1, 700], Gen.Int[0, 4], Gen.Double[0.001, 1.2], Gen.Double[-0.5, 1], Gen.ULong, Gen.Int[0, 1000]).Sample(
            static (tokens, kind, topP, minP, random, seed) =>
            {
                float[] probabilities = ReferenceKernels.Softmax(Logits(tokens, kind, seed), 1f);
                (topP, minP) = (Math.Min(topP, 1), Math.Max(minP, 0));
                Assert.Equal(ReferenceSampler.DrawFrom(probabilities, topP, minP, random), DrawFrom(probabilities, topP, minP, random));
            },
            iter: 5000);

    [Theory]
    [InlineData(1.0, 0.0)]
    [InlineData(0.95, 0.0)]
    [InlineData(0.5, 0.0)]
    [InlineData(0.9999999, 0.0)]
    [InlineData(1.0, 0.1)]
    [InlineData(0.9, 0.05)]
    public void Large_vocabularies_are_drawn_from_as_small_ones_are(double topP, double minP)
    {
        var sampler = new TokenSampler();
        for (int kind = 0; kind <= 4; kind++)
        {
            float[] probabilities = ReferenceKernels.Softmax(Logits(32_001, kind, seed: 3), 1f);
            foreach (ulong random in new ulong[] { 0, 1, ulong.MaxValue / 3, ulong.MaxValue / 2, ulong.MaxValue - 1, ulong.MaxValue })
            {
                Assert.Equal(ReferenceSampler.DrawFrom(probabilities, topP, minP, random), DrawFrom(probabilities, topP, minP, random, sampler));
            }
        }
    }

    [Fact]
    public void The_nucleus_holds_the_lower_ones_of_equal_tokens()
    {
        // Two of four equal tokens are half of the probability, whatever the random number is.
        float[] probabilities = [0, 0.25f, 0.25f, 0, 0.25f, 0.25f];
        var drawn = new HashSet<int>();
        for (ulong i = 0; i < 16; i++)
        {
            drawn.Add(DrawFrom(probabilities, 0.5, 0, i << 60));
        }

        Assert.Equal([1, 2], drawn.Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(2047)]
    public void The_limit_of_the_highest_logits_keeps_what_sorting_keeps(int k)
    {
        for (int kind = 0; kind <= 5; kind++)
        {
            float[] logits = Padded(Logits(2048, kind, seed: k), float.NegativeInfinity);
            float expected = logits.OrderDescending().ElementAt(k - 1);
            float limit = TokenSampler.LimitOfHighest(logits, k);
            Assert.Equal(logits.Count(logit => logit >= expected), logits.Count(logit => logit >= limit));
        }
    }

    /// <summary>Logits of several kinds: spread, all alike, few values with ties, one that outweighs all, most of them forbidden, negative zeros and huge ones.</summary>
    private static float[] Logits(int count, int kind, int seed)
    {
        float[] logits = new Samples(seed).Normal(count, kind switch { 0 => 1, 2 => 2, 3 => 12, _ => 4 });
        for (int i = 0; i < count; i++)
        {
            logits[i] = kind switch
            {
                1 => 3,
                2 => MathF.Round(logits[i]),
                4 when i % 7 != 0 => float.NegativeInfinity,
                5 => i % 3 == 0 ? -0f : logits[i] * 1e30f,
                _ => logits[i],
            };
        }

        return logits;
    }

    private static int DrawFrom(float[] probabilities, double topP, double minP, ulong random, TokenSampler? sampler = null)
    {
        float[] padded = Padded(probabilities, 0);
        fixed (float* row = padded)
        {
            return (sampler ?? new TokenSampler()).DrawFrom(row, padded.Length, topP, minP, random);
        }
    }

    private static float[] Padded(float[] values, float padding) => [.. values, .. Enumerable.Repeat(padding, (16 - (values.Length % 16)) % 16)];
}
