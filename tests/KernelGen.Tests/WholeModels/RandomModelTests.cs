using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Every declared model with random weights: against the oracle in double precision.</summary>
public sealed class RandomModelTests
{
    private static readonly int[] SomeLengths = [1, 2, 7, 12, 13, 16, 17, 33];

    public static TheoryData<string> Names => DeclaredModels.Names;

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Names))]
    public void Encoder_output_and_logits_agree_with_the_oracle(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        AssertLikeTheOracle(declared, RandomCheckpoint.Create(declared.Description));
    }

    /// <summary>As <c>share_encoder_decoder_embeddings: false</c> makes them: <c>embed_tokens</c> of each side, and the output projection that of the target.</summary>
    [Theory]
    [InlineData(nameof(GoldenMarian))]
    [InlineData(nameof(GoldenBart))]
    public void Embeddings_of_one_size_may_be_two(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(declared.Description, separateTables: true);
        Assert.DoesNotContain("model.shared.weight", tensors.Keys);
        Assert.NotEqual(tensors["model.encoder.embed_tokens.weight"].Values, tensors["model.decoder.embed_tokens.weight"].Values);
        AssertLikeTheOracle(declared, tensors);
    }

    /// <summary>Whether decoder output is scaled before it is projected says nothing of the projection.</summary>
    [Theory]
    [InlineData(nameof(GoldenT5), true)]
    [InlineData(nameof(GoldenT5), false)]
    [InlineData(nameof(GoldenT5Gated), true)]
    [InlineData(nameof(GoldenT5Gated), false)]
    public void The_output_projection_of_T5_is_what_its_file_has(string name, bool hasHead)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(declared.Description, seed: 4, hasHead: hasHead);
        Assert.Equal(hasHead, tensors.ContainsKey("lm_head.weight"));
        AssertLikeTheOracle(declared, tensors);
    }

    private static void AssertLikeTheOracle(DeclaredModel declared, Dictionary<string, Tensor> tensors)
    {
        var oracle = new ReferenceModel(declared.Description, tensors);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSets.Best);
        foreach ((int[] source, int[] target) in Pairs(declared.Description))
        {
            string what = $"{declared.Description.Name}: {source.Length} source tokens, {target.Length} target tokens";
            Closeness.AssertClose([.. oracle.Encode(source).SelectMany(static row => row)], model.Encode(source), 2e-4, $"{what}: encoder output");
            Closeness.AssertClose([.. oracle.Logits(source, target).SelectMany(static row => row)], model.Logits(source, target), 2e-4, $"{what}: logits");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scores_are_the_log_softmax_of_the_oracle(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(declared.Description, seed: 2);
        var oracle = new ReferenceModel(declared.Description, tensors);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), InstructionSets.Best);
        (int[] source, int[] target) = Pairs(declared.Description).Last();
        double[][] logits = oracle.Logits(source, [declared.Description.StartToken, .. target[..^1]]);

        // A suppressed token has no probability, unless it is the one that is scored.
        int[] suppressed = declared.Description.SuppressedTokens;
        double[] expected =
        [
            .. logits.Select((row, i) => DoubleKernels.LogSoftmax(
                [.. row.Select((logit, token) => suppressed.Contains(token) && !suppressed.Contains(target[i]) ? double.NegativeInfinity : logit)])[target[i]]),
        ];

        ScoreResult score = model.Score(source, target);
        Closeness.AssertClose(expected, [.. score.TokenLogProbabilities], 2e-4, $"{name}: log-probabilities");
        Assert.Equal(expected.Sum(), score.LogProbability, 2e-4 * target.Length);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generated_tokens_are_each_the_best_one_and_never_suppressed(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription settings = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(settings)), instructionSet);
        foreach (int sourceLength in SomeLengths.Where(length => length <= settings.MaxSourceLength))
        {
            int[] source = new Samples(sourceLength).Tokens(sourceLength, settings.SourceVocabularySize);
            Hypothesis hypothesis = model.Generate(source).Hypotheses[0];
            int[] generated = [.. hypothesis.Tokens];
            bool ended = hypothesis.FinishReason == FinishReason.EndToken;
            Assert.Equal(ended, generated.Length < settings.MaxTargetLength);

            // All logits at once say for each position what should have been chosen there.
            int[] prefix = [settings.StartToken, .. ended ? generated : generated[..^1]];
            int[] chosen = ended ? [.. generated, settings.EndToken] : generated;
            float[] logits = model.Logits(source, prefix);
            for (int i = 0; i < chosen.Length; i++)
            {
                Span<float> row = logits.AsSpan(i * settings.TargetVocabularySize, settings.TargetVocabularySize);
                foreach (int suppressed in settings.SuppressedTokens)
                {
                    row[suppressed] = float.NegativeInfinity;
                }

                Assert.Equal(ReferenceKernels.ArgMax(row), chosen[i]);
            }
        }
    }

    /// <summary>Sources and targets of random tokens, long and short, as far as the model's limits let them be.</summary>
    private static IEnumerable<(int[] Source, int[] Target)> Pairs(ModelDescription model)
    {
        var samples = new Samples(model.ModelDimension);
        for (int i = 0; i < SomeLengths.Length; i++)
        {
            yield return (
                samples.Tokens(Math.Min(SomeLengths[i], model.MaxSourceLength), model.SourceVocabularySize),
                samples.Tokens(Math.Min(SomeLengths[^(i + 1)], model.MaxTargetLength), model.TargetVocabularySize));
        }

        yield return (samples.Tokens(model.MaxSourceLength, model.SourceVocabularySize), samples.Tokens(model.MaxTargetLength, model.TargetVocabularySize));
    }
}
