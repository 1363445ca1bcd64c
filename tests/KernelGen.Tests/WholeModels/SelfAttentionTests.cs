using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Where tokens look among themselves: against the oracle in double precision, with exact zeros behind the causal mask, and the same bits everywhere.</summary>
public sealed class SelfAttentionTests
{
    public static TheoryData<string> Names => DeclaredModels.Names;

    public static TheoryData<string, WeightPrecision> WithPrecisions => DeclaredModels.WithPrecisions;

    [Theory]
    [MemberData(nameof(Names))]
    public void Probabilities_agree_with_the_oracle(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description);
        var oracle = new ReferenceModel(description, tensors);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSets.Best);
        var samples = new Samples(5);
        foreach ((int sourceLength, int targetLength) in new[] { (1, 33), (34, 1), (17, 18) })
        {
            int[] source = samples.Tokens(Math.Min(sourceLength, description.MaxSourceLength), description.SourceVocabularySize);
            int[] target = samples.Tokens(Math.Min(targetLength, description.MaxTargetLength), description.TargetVocabularySize);
            SelfAttention actual = model.SelfAttention(source, target);
            string what = $"{name}, {source.Length} source and {target.Length} target tokens";
            Assert.Equal(
                (description.EncoderLayers, description.Heads, source.Length, source.Length),
                (actual.Encoder.Layers, actual.Encoder.Heads, actual.Encoder.QueryLength, actual.Encoder.KeyLength));
            Assert.Equal(
                (description.DecoderLayers, description.Heads, target.Length, target.Length),
                (actual.Decoder.Layers, actual.Decoder.Heads, actual.Decoder.QueryLength, actual.Decoder.KeyLength));
            AssertRows(oracle.EncoderSelfAttention(source), actual.Encoder, $"{what}, encoder");
            AssertRows(oracle.DecoderSelfAttention(source, [description.StartToken, .. target[..^1]]), actual.Decoder, $"{what}, decoder");
        }
    }

    [Theory]
    [MemberData(nameof(WithPrecisions))]
    public void Instruction_sets_have_the_same_bits(string name, WeightPrecision precision)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        var samples = new Samples(6);
        int[] source = samples.Tokens(19, description.SourceVocabularySize);
        int[] target = samples.Tokens(Math.Min(18, description.MaxTargetLength), description.TargetVocabularySize);
        byte[] checkpoint = TensorFile.Write(RandomCheckpoint.Create(description)).ToArray();
        SelfAttention? expected = null;
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            using EncoderDecoder model = declared.Load(new MemoryStream(checkpoint), instructionSet, precision);
            SelfAttention actual = model.SelfAttention(source, target);
            expected ??= actual;
            AssertSame(expected, actual, $"{name}, {precision}, {instructionSet}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_comes_later_in_a_target_does_not_show(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description)), InstructionSets.Best);
        var samples = new Samples(7);
        int[] source = samples.Tokens(6, description.SourceVocabularySize);
        int[] target = samples.Tokens(description.MaxTargetLength, description.TargetVocabularySize);
        AttentionProbabilities all = model.SelfAttention(source, target).Decoder;
        AttentionProbabilities begin = model.SelfAttention(source, target.AsSpan(..4)).Decoder;
        for (int layer = 0; layer < begin.Layers; layer++)
        {
            for (int head = 0; head < begin.Heads; head++)
            {
                for (int position = 0; position < 4; position++)
                {
                    BitAssert.Equal(begin[layer, head, position], all[layer, head, position][..4], $"{name}: layer {layer}, head {head}, position {position}");
                }
            }
        }
    }

    [Fact]
    public void Packed_files_calls_at_once_and_other_calls_do_not_show()
    {
        using GoldenVanillaPreNorm model = GoldenVanillaPreNorm.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanillaPreNorm.Description)));
        using var file = new MemoryStream();
        model.Save(file);
        file.Position = 0;
        using GoldenVanillaPreNorm packed = GoldenVanillaPreNorm.Load(file);
        var samples = new Samples(8);
        int[][] sources = [.. Enumerable.Range(1, 12).Select(length => samples.Tokens(length * 5, model.SourceVocabularySize))];
        int[][] targets = [.. Enumerable.Range(1, 12).Select(length => samples.Tokens(63 - (length * 5), model.TargetVocabularySize))];
        SelfAttention[] expected = [.. sources.Zip(targets, (source, target) => model.SelfAttention(source, target))];
        float[][] logits = [.. sources.Zip(targets, (source, target) => packed.Logits(source, target))];
        Parallel.For(0, 96, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            int pair = i * 5 % sources.Length;
            AssertSame(expected[pair], packed.SelfAttention(sources[pair], targets[pair]), $"pair {pair}");
            BitAssert.Equal(logits[pair], packed.Logits(sources[pair], targets[pair]), $"logits of pair {pair}");
        });
    }

    [Fact]
    public void More_probabilities_than_an_array_holds_are_refused_in_words()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new AttentionProbabilities(layers: 12, heads: 16, queryLength: 4096, keyLength: 4096));
        Assert.Contains("3221225472 probabilities", exception.Message);
        Assert.Throws<ArgumentException>(() => new AttentionProbabilities(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue));
    }

    /// <summary>Checks rows of the oracle, which end where a mask begins.</summary>
    private static void AssertRows(double[][] expected, AttentionProbabilities actual, string stack)
    {
        int row = 0;
        for (int layer = 0; layer < actual.Layers; layer++)
        {
            for (int head = 0; head < actual.Heads; head++)
            {
                for (int position = 0; position < actual.QueryLength; position++, row++)
                {
                    string what = $"{stack}: layer {layer}, head {head}, position {position}";
                    ReadOnlySpan<float> probabilities = actual[layer, head, position];
                    int visible = expected[row].Length;
                    Closeness.AssertClose(expected[row], probabilities[..visible], 1e-4, what);
                    BitAssert.Equal(new float[probabilities.Length - visible], probabilities[visible..], $"{what}, behind the mask");
                    double sum = 0;
                    foreach (float probability in probabilities)
                    {
                        sum += probability;
                    }

                    Assert.Equal(1, sum, 1e-5);
                }
            }
        }

        Assert.Equal(expected.Length, row);
    }

    private static void AssertSame(SelfAttention expected, SelfAttention actual, string what)
    {
        BitAssert.Equal(expected.Encoder.Probabilities, actual.Encoder.Probabilities, $"{what}, encoder");
        BitAssert.Equal(expected.Decoder.Probabilities, actual.Decoder.Probabilities, $"{what}, decoder");
    }
}
