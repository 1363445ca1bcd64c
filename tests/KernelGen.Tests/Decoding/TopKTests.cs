using KernelGen.Execution;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Decoding;

/// <summary>The best tokens of a row, against sorting all of it.</summary>
public sealed class TopKTests
{
    public static TheoryData<int> Vocabularies => [1, 2, 15, 16, 17, 63, 64, 65, 128, 200, 1000, 3001];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void The_best_tokens_are_found_in_order(int vocabulary)
    {
        float[] random = new Samples(vocabulary).Normal(vocabulary);
        float[] suppressed = [.. random.Select(static (logit, i) => i % 3 == 0 ? logit : float.NegativeInfinity)];
        float[] ascending = [.. random.Order()];
        float[][] rows =
        [
            random,
            suppressed,
            ascending,
            [.. ascending.Reverse()],
            Array.ConvertAll(random, static logit => MathF.Round(logit)), // many ties
            Array.ConvertAll(suppressed, static logit => MathF.Round(logit)),
            new float[vocabulary],
            [.. Enumerable.Repeat(float.NegativeInfinity, vocabulary)],
            [.. Enumerable.Range(0, vocabulary).Select(static i => i % 2 == 0 ? float.MinValue : float.NegativeInfinity)],
            [.. Enumerable.Range(0, vocabulary).Select(static i => i % 64 == 5 ? 3f : -i)], // the best in one column of the first pass
            [.. Enumerable.Range(0, vocabulary).Select(static i => i % 5 == 0 ? float.PositiveInfinity : i % 7 == 0 ? -0f : 0f)],
        ];
        foreach (float[] logits in rows)
        {
            // As the output projection leaves it: minus infinity after the vocabulary.
            float[] row = [.. logits, .. Enumerable.Repeat(float.NegativeInfinity, (16 - (vocabulary % 16)) % 16)];
            foreach (int count in new[] { 1, 2, 3, 8, 16, 17, 63, TopK.MaxCount })
            {
                int[] tokens = new int[count];
                Assert.Equal(ReferenceKernels.TopK(logits, count), tokens[..TopK.Find(row, tokens)]);
            }
        }
    }

    [Fact]
    public void What_is_not_a_number_is_not_found()
    {
        float[] row = new float[32];
        row.AsSpan().Fill(float.NaN);
        Assert.Equal(0, TopK.Find(row, new int[4]));
    }
}
