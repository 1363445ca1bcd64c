using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Where the decoder looks: against the oracle in double precision, and the same from a search as for a given target.</summary>
public sealed class CrossAttentionTests
{
    public static TheoryData<string> Names => DeclaredModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Probabilities_agree_with_the_oracle(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description);
        var oracle = new ReferenceModel(description, tensors);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSets.Best);
        var samples = new Samples(3);
        foreach ((int sourceLength, int targetLength) in new[] { (1, 1), (5, 30), (17, 2), (33, 14) })
        {
            int[] source = samples.Tokens(Math.Min(sourceLength, description.MaxSourceLength), description.SourceVocabularySize);
            int[] target = samples.Tokens(Math.Min(targetLength, description.MaxTargetLength), description.TargetVocabularySize);
            double[][] expected = oracle.CrossAttention(source, [description.StartToken, .. target[..^1]]);
            CrossAttention actual = model.CrossAttention(source, target);
            Assert.Equal(
                (description.DecoderLayers, description.Heads, target.Length, source.Length),
                (actual.Layers, actual.Heads, actual.TargetLength, actual.SourceLength));
            int row = 0;
            for (int layer = 0; layer < actual.Layers; layer++)
            {
                for (int head = 0; head < actual.Heads; head++)
                {
                    for (int position = 0; position < target.Length; position++, row++)
                    {
                        string what = $"{name}, {source.Length} source tokens: layer {layer}, head {head}, position {position} of {target.Length}";
                        Closeness.AssertClose(expected[row], actual[layer, head, position], 1e-4, what);
                        Assert.Equal(1, Sum(actual[layer, head, position]), 1e-5);
                    }
                }
            }

            Assert.Equal(expected.Length, row);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hypotheses_have_the_cross_attention_of_their_tokens(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description)), InstructionSets.Best);
        int[] source = new Samples(8).Tokens(11, description.SourceVocabularySize);
        var options = new GenerationOptions { MaxLength = 7, ReturnCrossAttention = true };
        foreach (GenerationOptions way in new[] { options, options with { BeamSize = 4, HypothesisCount = 4 }, options with { MaxLength = 1, BeamSize = 2 } })
        {
            foreach (Hypothesis hypothesis in model.Generate(source, way).Hypotheses)
            {
                int[] target = [.. hypothesis.Tokens, .. hypothesis.FinishReason == FinishReason.EndToken ? [description.EndToken] : Array.Empty<int>()];
                Assert.Equal(target.Length, hypothesis.CrossAttention!.TargetLength);
                BitAssert.Equal(model.CrossAttention(source, target).Probabilities, hypothesis.CrossAttention.Probabilities, $"{name}, {way}");
            }

            Assert.All(model.Generate(source, way with { ReturnCrossAttention = false }).Hypotheses, static hypothesis => Assert.Null(hypothesis.CrossAttention));
        }
    }

    [Fact]
    public void The_end_token_has_a_row_where_it_was_generated()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenVanilla.Description);
        tensors["generator.bias"].Values[GoldenVanilla.Description.EndToken] = 1000;
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(tensors));
        Hypothesis hypothesis = model.Generate([4, 5, 6], new GenerationOptions { ReturnCrossAttention = true }).Hypotheses[0];
        Assert.Empty(hypothesis.Tokens);
        Assert.Equal((1, 3), (hypothesis.CrossAttention!.TargetLength, hypothesis.CrossAttention.SourceLength));
        Assert.Single(hypothesis.CrossAttention.Align());
    }

    [Fact]
    public void Averages_are_over_heads_and_layers_and_alignments_take_the_first_of_the_highest()
    {
        var attention = new CrossAttention(layers: 2, heads: 2, targetLength: 2, sourceLength: 3);
        ReadOnlySpan<float> probabilities =
        [
            0.5f, 0.5f, 0, /* */ 0.25f, 0.25f, 0.5f,
            0.5f, 0, 0.5f, /* */ 0.25f, 0.5f, 0.25f,
            0, 1, 0, /*      */ 0, 0, 1,
            0, 1, 0, /*      */ 1, 0, 0,
        ];
        probabilities.CopyTo(attention.Probabilities);
        Assert.Equal([0.25f, 0.625f, 0.125f, 0.375f, 0.1875f, 0.4375f], attention.Average());
        Assert.Equal([0.5f, 0.25f, 0.25f, 0.25f, 0.375f, 0.375f], attention.Average(0));
        Assert.Equal([0, 1, 0, 0.5f, 0, 0.5f], attention.Average(1));
        Assert.Equal([1, 2], attention.Align());
        Assert.Equal([0, 1], attention.Align(0));
        Assert.Equal([1, 0], attention.Align(1));
        Assert.Equal([0.25f, 0.5f, 0.25f], attention[0, 1, 1].ToArray());
    }

    [Theory]
    [InlineData(-1, 0, 0, "layer")]
    [InlineData(2, 0, 0, "layer")]
    [InlineData(0, 3, 0, "head")]
    [InlineData(0, 0, 4, "position")]
    [InlineData(1, 2, int.MinValue, "position")]
    public void What_is_not_there_is_refused(int layer, int head, int position, string what)
    {
        var attention = new CrossAttention(layers: 2, heads: 3, targetLength: 4, sourceLength: 5);
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => { _ = attention[layer, head, position]; });
        Assert.Equal(what, exception.ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => attention.Average(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => attention.Align(-1));
    }

    private static double Sum(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float value in row)
        {
            sum += value;
        }

        return sum;
    }
}
