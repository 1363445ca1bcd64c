using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>What each stack reads: the parts against the oracle and the checkpoint, from every kind of file, the same bits everywhere.</summary>
public sealed class EmbeddingTests
{
    public static TheoryData<string> Names => DeclaredModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void The_parts_agree_with_the_oracle(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description);
        var oracle = new ReferenceModel(description, tensors);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSets.Best);
        var samples = new Samples(4);
        foreach (int length in new[] { 1, 17, int.MaxValue })
        {
            int[] source = samples.Tokens(Math.Min(length, description.MaxSourceLength), description.SourceVocabularySize);
            int[] target = samples.Tokens(Math.Min(length, description.MaxTargetLength), description.TargetVocabularySize);
            AssertParts(oracle, source, Stack.Encoder, model.EmbedSource(source), $"{name}, source");
            AssertParts(oracle, target, Stack.Decoder, model.EmbedTarget(target), $"{name}, target");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_parts_have_the_bits_of_the_checkpoint_and_their_sum_is_rounded_once(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description);
        var names = new TensorNames(description);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSets.Best);
        int[] target = new Samples(9).Tokens(description.MaxTargetLength, description.TargetVocabularySize);
        Embedding embedding = model.EmbedTarget(target);
        float scale = description.ScaleEmbedding ? (float)Math.Sqrt(description.ModelDimension) : 1;
        for (int position = 0; position < target.Length; position++)
        {
            float[] row = tensors[names.TargetEmbedding].Row(target[position]).ToArray();
            BitAssert.Equal(Array.ConvertAll(row, value => value * scale), embedding.Token(position), $"{name}, token {position}");
            if (!description.EmbeddingNorm)
            {
                float[] encoding = embedding.Position(position).ToArray();
                float[] sum = [.. row.Zip(encoding, (value, offset) => MathF.FusedMultiplyAdd(value, scale, offset))];
                BitAssert.Equal(sum, embedding.Input(position), $"{name}, input {position}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Instruction_sets_precisions_and_packed_files_have_the_same_bits(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        var samples = new Samples(2);
        int[] source = samples.Tokens(7, description.SourceVocabularySize);
        int[] target = samples.Tokens(7, description.TargetVocabularySize);
        byte[] checkpoint = TensorFile.Write(RandomCheckpoint.Create(description)).ToArray();
        (Embedding Source, Embedding Target)? expected = null;
        foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                using EncoderDecoder model = declared.Load(new MemoryStream(checkpoint), instructionSet, precision);
                using var file = new MemoryStream();
                model.Save(file);
                file.Position = 0;
                using EncoderDecoder packed = declared.Load(file, instructionSet);
                foreach (EncoderDecoder loaded in new[] { model, packed })
                {
                    (Embedding Source, Embedding Target) actual = (loaded.EmbedSource(source), loaded.EmbedTarget(target));
                    expected ??= actual;
                    string what = $"{name}, {instructionSet}, {precision}{(loaded == packed ? ", packed" : "")}";
                    AssertSame(expected.Value.Source, actual.Source, $"{what}, source");
                    AssertSame(expected.Value.Target, actual.Target, $"{what}, target");
                }
            }
        }
    }

    [Fact]
    public void A_position_that_is_not_there_is_refused()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        Embedding embedding = model.EmbedSource([4, 5, 6]);
        Assert.Equal((3, 64), (embedding.Length, embedding.ModelDimension));
        foreach (int position in new[] { -1, 3, int.MaxValue })
        {
            foreach (Action read in new Action[] { () => embedding.Token(position), () => embedding.Position(position), () => embedding.Input(position) })
            {
                ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(read);
                Assert.Equal("position", exception.ParamName);
                Assert.Contains("0 to 2", exception.Message);
            }
        }
    }

    private static void AssertParts(ReferenceModel oracle, int[] tokens, Stack stack, Embedding actual, string what)
    {
        Assert.Equal(tokens.Length, actual.Length);
        double[][] inputs = oracle.Embed(tokens, stack);
        for (int position = 0; position < tokens.Length; position++)
        {
            Closeness.AssertClose(oracle.Token(tokens[position], stack), actual.Token(position), 1e-6, $"{what}: token at {position}");
            Closeness.AssertClose(oracle.Position(position, stack), actual.Position(position), 1e-6, $"{what}: position {position}");
            Closeness.AssertClose(inputs[position], actual.Input(position), 1e-5, $"{what}: input at {position}");
        }
    }

    private static void AssertSame(Embedding expected, Embedding actual, string what)
    {
        Assert.Equal((expected.Length, expected.ModelDimension), (actual.Length, actual.ModelDimension));
        for (int position = 0; position < expected.Length; position++)
        {
            BitAssert.Equal(expected.Token(position), actual.Token(position), $"{what}: token at {position}");
            BitAssert.Equal(expected.Position(position), actual.Position(position), $"{what}: position {position}");
            BitAssert.Equal(expected.Input(position), actual.Input(position), $"{what}: input at {position}");
        }
    }
}
