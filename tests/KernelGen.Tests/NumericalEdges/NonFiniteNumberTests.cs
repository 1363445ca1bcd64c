using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.NumericalEdges;

/// <summary>
/// What is not finite stays where it is and shows: in no other row or source, in every number that is computed from it, and as an exception where a token is
/// to be chosen. Damaged weights hold NaN of any bits, so these have some.
/// </summary>
public sealed class NonFiniteNumberTests
{
    /// <summary>A token whose embedding is no number; sources that have it, and those that do not.</summary>
    private const int Damaged = 7;

    private static readonly int[] Good = [4, 5, 6, 8];
    private static readonly int[] Bad = [4, Damaged, 5];
    private static readonly int[] AlsoGood = [9];

    private static readonly float Payload = BitConverter.Int32BitsToSingle(0x7FC001A5);

    private static readonly Dictionary<string, GenerationOptions> Ways = new()
    {
        ["greedy"] = new() { MaxLength = 4, ParallelGreedy = false },
        ["parallel greedy"] = new() { MaxLength = 4, ParallelGreedy = true },
        ["parallel greedy with scores"] = new() { MaxLength = 4, ParallelGreedy = true, ReturnScores = true },
        ["greedy with scores"] = new() { MaxLength = 4, ReturnScores = true, ParallelGreedy = false },
        ["greedy with rules"] = new() { MaxLength = 4, RepetitionPenalty = 1.2, NoRepeatNGramSize = 2 },
        ["beam"] = new() { MaxLength = 4, BeamSize = 3, HypothesisCount = 2 },
        ["beam with rules"] = new() { MaxLength = 4, BeamSize = 3, RepetitionPenalty = 1.2 },
        ["samples"] = new() { MaxLength = 4, Sampling = new SamplingOptions { Seed = 1 }, HypothesisCount = 2 },
        ["forced with scores"] = new() { MaxLength = 4, ForcedPrefix = [3, 4], ReturnScores = true },
        ["beam, forced"] = new() { MaxLength = 4, BeamSize = 2, ForcedPrefix = [3, 4] },
        ["two threads"] = new() { MaxLength = 4, BeamSize = 2, Threads = 2 },
    };

    public static TheoryData<string, WeightPrecision, InstructionSet> Cases => EdgeModels.Cases;

    public static TheoryData<string, WeightPrecision, InstructionSet> CasesWithSharedEmbedding => EdgeModels.CasesWithSharedEmbedding;

    [Theory]
    [MemberData(nameof(CasesWithSharedEmbedding))]
    public void A_source_whose_numbers_are_none_shows_in_no_other_source_of_the_batch(string name, WeightPrecision precision, InstructionSet instructionSet)
    {
        using EncoderDecoder model = EdgeModels.Load(name, precision, instructionSet, DamageToken);
        DeclaredModel declared = DeclaredModels.Named(name);
        using Engine engine = declared.LoadEngine(EdgeModels.Weights(declared, DamageToken), instructionSet, precision);
        Workspace workspace = engine.Rent();
        int start = model.StartToken;
        int[][] sources = [Good, Bad, AlsoGood, Good];
        workspace.Reserve([.. sources.Select(static source => source.Length)], targetLength: 4, targetRows: 4);
        engine.Encode(workspace, [.. sources.SelectMany(static source => source)], [0, 1, 2, 3]);
        for (int step = 0; step < 3; step++)
        {
            engine.DecodeStep(workspace, [start, start, start, start], [0, 1, 2, 3]);
            engine.Project(workspace, 0, 4);
            for (int i = 0; i < sources.Length; i++)
            {
                string what = $"{name}, {precision}, {instructionSet}: logits of source {i}, step {step}";
                float[] logits = engine.Logits(workspace, i).ToArray();
                if (sources[i] == Bad)
                {
                    Assert.All(logits, logit => Assert.True(float.IsNaN(logit), what));
                }
                else
                {
                    Assert.All(logits, logit => Assert.True(float.IsFinite(logit), what));
                    BitAssert.Equal(model.Logits(sources[i], [.. Enumerable.Repeat(start, step + 1)]).AsSpan()[^logits.Length..], logits, what);
                }
            }

            // The choice of the best tokens, screened where the model is, sees the same.
            int[] best = new int[4];
            engine.BestTokens(workspace, 4, best);
            Assert.Equal(-1, best[1]);
            Assert.DoesNotContain(-1, new[] { best[0], best[2], best[3] });
        }

        engine.Return(workspace);
    }

    [Theory]
    [MemberData(nameof(CasesWithSharedEmbedding))]
    public void A_target_token_whose_numbers_are_none_does_not_show_before_it(string name, WeightPrecision precision, InstructionSet instructionSet)
    {
        using EncoderDecoder model = EdgeModels.Load(
            name, precision, instructionSet, static tensors => Embedding(tensors, "target_embedding.weight").Values.AsSpan(Damaged * Embedding(tensors, "target_embedding.weight").RowLength, 1).Fill(Payload));
        int vocabulary = model.TargetVocabularySize;
        int[] target = [model.StartToken, 4, 5, 6, 9, 4, 5, 8, 8, 9, 4, 3, 6, 5, 5];
        float[] expected = model.Logits(Good, target);
        Assert.All(expected, static logit => Assert.True(float.IsFinite(logit)));
        for (int position = 1; position < target.Length; position++)
        {
            float[] logits = model.Logits(Good, [.. target[..position], Damaged, .. target[(position + 1)..]]);
            BitAssert.Equal(expected.AsSpan(0, position * vocabulary), logits.AsSpan(0, position * vocabulary), $"{name}, {precision}, {instructionSet}: before position {position}");
            Assert.All(logits[(position * vocabulary)..], static logit => Assert.True(float.IsNaN(logit)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_way_to_generate_tells_which_source_has_numbers_that_are_not_finite(string name, WeightPrecision precision, InstructionSet instructionSet)
    {
        using EncoderDecoder model = EdgeModels.Load(name, precision, instructionSet, DamageToken);
        foreach ((string way, GenerationOptions options) in Ways)
        {
            string what = $"{name}, {precision}, {instructionSet}: {way}";
            GenerationResult expected = model.Generate(Good, options);
            AssertTold(() => model.Generate(Bad, options), "source 0", what);
            AssertTold(() => model.Generate([Good, AlsoGood, Bad, Good], options), "source 2", what);
            AssertTold(() => model.Generate(new[,] { { 4, 5, 6 }, { 4, Damaged, 5 } }, padToken: -1, options), "source 1", what);
            if (options is { BeamSize: 1, HypothesisCount: 1 })
            {
                AssertTold(() => model.Stream(Bad, options).Count(), "source 0", what);
                await Assert.ThrowsAsync<InvalidOperationException>(async () => await model.StreamAsync(Bad, options).CountAsync());
            }

            InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
                async () => await model.GenerateAsync(new[] { Good, Bad }.ToAsyncEnumerable(), options).CountAsync());
            Assert.Contains("source 1", exception.Message);
            ResultAssert.Same(expected, model.Generate(Good, options), $"{what}, afterwards");
        }

        Assert.All(model.Encode(Bad), static value => Assert.True(float.IsNaN(value)));
        Assert.All(model.Logits(Bad, [model.StartToken]), static value => Assert.True(float.IsNaN(value)));
        Assert.All(model.Score(Bad, [4, 5]).TokenLogProbabilities, static value => Assert.True(float.IsNaN(value)));
        Assert.All(model.Score(Good, [4, 5]).TokenLogProbabilities, static value => Assert.True(float.IsFinite(value)));
    }

    public static TheoryData<string, float> Biases => new()
    {
        { "NaN", Payload }, { "-NaN", BitConverter.Int32BitsToSingle(unchecked((int)0xFF800123)) }, { "infinity", float.PositiveInfinity },
    };

    [Theory]
    [MemberData(nameof(Biases))]
    public void One_logit_that_is_not_finite_is_not_passed_over(string kind, float bias)
    {
        foreach (InstructionSet instructionSet in EdgeModels.InstructionSetsHere)
        {
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                // In the last panel, behind many that are larger; and in the first.
                foreach (int token in new[] { 1, OddScreened.Description.TargetVocabularySize - 2 })
                {
                    using EncoderDecoder model = EdgeModels.Load(nameof(OddScreened), precision, instructionSet, tensors => tensors["generator.bias"].Values[token] = bias);
                    foreach ((string way, GenerationOptions options) in Ways)
                    {
                        AssertTold(() => model.Generate(Good, options), "position 0", $"{precision}, {instructionSet}: {way}, a bias of {kind}");
                    }

                    Assert.True(float.IsNaN(model.Score(Good, [4]).LogProbability));
                }
            }
        }
    }

    [Fact]
    public void A_logit_of_minus_infinity_is_a_token_that_is_never_chosen()
    {
        foreach (InstructionSet instructionSet in EdgeModels.InstructionSetsHere)
        {
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                using EncoderDecoder plain = EdgeModels.Load(nameof(OddScreened), precision, instructionSet);
                int first = plain.Generate(Good, new GenerationOptions { MaxLength = 1 }).Hypotheses[0].Tokens[0];
                using EncoderDecoder model = EdgeModels.Load(
                    nameof(OddScreened), precision, instructionSet, tensors => tensors["generator.bias"].Values[first] = float.NegativeInfinity);

                // A forced token is scored in spite of the rules, over the tokens that they suppress too.
                foreach ((string way, GenerationOptions options) in Ways.Where(static way => way.Value.ForcedPrefix.IsDefault))
                {
                    ResultAssert.Same(plain.Generate(Good, options with { SuppressedTokens = [first] }), model.Generate(Good, options), $"{precision}, {instructionSet}: {way}");
                }

                Assert.Equal(float.NegativeInfinity, model.Score(Good, [first]).LogProbability);
            }
        }
    }

    [Fact]
    public void Logits_of_nothing_but_minus_infinity_leave_no_token()
    {
        foreach (InstructionSet instructionSet in EdgeModels.InstructionSetsHere)
        {
            foreach (string name in new[] { nameof(GoldenVanilla), nameof(OddScreened) })
            {
                using EncoderDecoder model = EdgeModels.Load(
                    name, WeightPrecision.Float32, instructionSet, static tensors => tensors["generator.bias"].Values.AsSpan().Fill(float.NegativeInfinity));
                foreach (string way in new[] { "greedy", "parallel greedy", "parallel greedy with scores", "greedy with scores", "beam", "samples", "forced with scores" })
                {
                    AssertTold(() => model.Generate(Good, Ways[way]), "position 0", $"{name}, {instructionSet}: {way}");
                }
            }
        }
    }

    /// <summary>A weight of a layer that is damaged: 8-bit integers have no bits for it, and tell of it all the same.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_weight_that_is_not_finite_shows_in_every_precision(string name, WeightPrecision precision, InstructionSet instructionSet)
    {
        foreach ((string tensor, float weight) in new[]
        {
            ("generator.weight", Payload), ("generator.weight", float.PositiveInfinity), ("generator.weight", float.NegativeInfinity),
            ("transformer.decoder.layers.0.linear1.weight", Payload), ("transformer.encoder.layers.0.self_attn.in_proj_weight", Payload),
        })
        {
            using EncoderDecoder model = EdgeModels.Load(name, precision, instructionSet, tensors => tensors[tensor].Values[(3 * tensors[tensor].RowLength) - 3] = weight);
            string what = $"{name}, {precision}, {instructionSet}: {tensor} holds {weight}";
            Assert.True(model.Logits(Good, [model.StartToken]).Any(static logit => !float.IsFinite(logit)), what);

            // An infinite weight times a negative input is minus infinity, which is a token that is never chosen.
            if (!float.IsInfinity(weight) || LayoutFacts.IsQuantizedWith(precision))
            {
                AssertTold(() => model.Generate(Good), "position 0", what);
                AssertTold(() => model.Generate(Good, Ways["beam"]), "position 0", what);
                Assert.True(float.IsNaN(model.Score(Good, [4]).LogProbability), what);
            }
        }
    }

    private static void DamageToken(Dictionary<string, Tensor> tensors)
    {
        Tensor embedding = Embedding(tensors, "source_embedding.weight");
        embedding.Values[(Damaged * embedding.RowLength) + (embedding.RowLength / 2)] = Payload;
    }

    /// <summary>An embedding, or that which both sides share.</summary>
    private static Tensor Embedding(Dictionary<string, Tensor> tensors, string name) => tensors.TryGetValue(name, out Tensor? own) ? own : tensors["shared.weight"];

    private static void AssertTold(Action call, string place, string what)
    {
        Exception? exception = Record.Exception(call);
        if (exception is not InvalidOperationException)
        {
            Assert.Fail($"{what}: {exception?.ToString() ?? "no exception"}");
            return;
        }

        Assert.Contains(place, exception.Message);
        Assert.Contains("not a number", exception.Message);
    }
}
