using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.NumericalEdges;

/// <summary>Numbers at the ends of single precision, and the longest and shortest sequences: defined results, the same for every instruction set.</summary>
public sealed class LargeAndSmallNumberTests
{
    private static readonly int[] Source = [4, 5, 6, 8];

    /// <summary>How the names of tensors end that are changed.</summary>
    private static readonly string[] Parts = ["linear1.weight", "in_proj_weight", "generator.weight", "source_embedding.weight", "norm1.weight", ""];

    private static readonly string[] PartsOfT5 =
        ["wi_0.weight", "wi_1.weight", "SelfAttention.k.weight", "relative_attention_bias.weight", "shared.weight", "layer_norm.weight", ""];

    public static TheoryData<string, WeightPrecision> Models => EdgeModels.ModelsAndPrecisions;

    [Theory]
    [InlineData(1e30f)]
    [InlineData(-1e30f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.MinValue)]
    public void Logits_as_large_as_floats_can_be_are_chosen_and_scored(float bias)
    {
        const int Token = 9;
        foreach ((InstructionSet instructionSet, WeightPrecision precision) in Everywhere())
        {
            using EncoderDecoder plain = EdgeModels.Load(nameof(OddScreened), precision, instructionSet);
            using EncoderDecoder model = EdgeModels.Load(nameof(OddScreened), precision, instructionSet, tensors => tensors["generator.bias"].Values[Token] = bias);
            foreach (GenerationOptions options in new GenerationOptions[]
            {
                new() { MaxLength = 3 },
                new() { MaxLength = 3, ReturnScores = true },
                new() { MaxLength = 3, BeamSize = 3 },
                new() { MaxLength = 3, Sampling = new SamplingOptions { Seed = 3 } },
            })
            {
                Hypothesis hypothesis = model.Generate(Source, options).Hypotheses[0];
                if (bias > 0)
                {
                    Assert.Equal([Token, Token, Token], hypothesis.Tokens);
                    Assert.Equal(0f, hypothesis.Score ?? 0f);
                }
                else
                {
                    ResultAssert.Same(plain.Generate(Source, options with { SuppressedTokens = [Token] }), model.Generate(Source, options), $"{precision}, {instructionSet}");
                }
            }

            Assert.Equal(bias > 0 ? 0f : bias, model.Score(Source, [Token]).LogProbability, Math.Abs(bias) * 1e-6f);
        }
    }

    [Fact]
    public void Of_logits_that_are_all_equal_the_lowest_tokens_are_chosen()
    {
        foreach ((InstructionSet instructionSet, WeightPrecision precision) in Everywhere())
        {
            using EncoderDecoder model = EdgeModels.Load(nameof(OddScreened), precision, instructionSet, static tensors =>
            {
                tensors["generator.weight"].Values.AsSpan().Clear();
                tensors["generator.bias"].Values.AsSpan().Fill(-1e30f);
            });
            int vocabulary = model.TargetVocabularySize;
            Assert.Equal([0, 0], model.Generate(Source, new GenerationOptions { MaxLength = 2 }).Hypotheses[0].Tokens);
            GenerationResult beam = model.Generate(Source, new GenerationOptions { MaxLength = 1, BeamSize = 2, HypothesisCount = 2 });
            Assert.Equal([0, 1], beam.Hypotheses.Select(static hypothesis => hypothesis.Tokens[0]));
            Assert.Equal(-MathF.Log(vocabulary - 1), beam.Hypotheses[0].Score!.Value, 1e-5f);
            Assert.Equal(-MathF.Log(vocabulary - 1), model.Score(Source, [5]).LogProbability, 1e-5f);
            Assert.InRange(
                model.Generate(Source, new GenerationOptions { MaxLength = 1, MinLength = 1, Sampling = new SamplingOptions { Seed = 2 } }).Hypotheses[0].Tokens[0], 0, vocabulary - 1);
        }
    }

    /// <summary>Nothing is flushed to zero, and nothing depends on the vectors' width.</summary>
    [Theory]
    [InlineData(nameof(GoldenVanilla), WeightPrecision.Float32)]
    [InlineData(nameof(HeadsOf4), WeightPrecision.BFloat16)]
    [InlineData(nameof(HeadsOf11), WeightPrecision.Float32)]
    [InlineData(nameof(HeadsOf11), WeightPrecision.Int8)]
    [InlineData(nameof(GoldenVanillaPreNorm), WeightPrecision.Int8)]
    [InlineData(nameof(RelativeHeadOf3), WeightPrecision.Float32)]
    [InlineData(nameof(GatedPostNorm), WeightPrecision.BFloat16)]
    [InlineData(nameof(WideGated), WeightPrecision.Int8)]
    public void Weights_of_every_magnitude_give_the_same_bits_everywhere(string name, WeightPrecision precision)
    {
        foreach (float factor in new[] { 1e-44f, 1e-39f, 1e-20f, 1e10f, 1e20f, 3e38f })
        {
            foreach (string part in DeclaredModels.Named(name).Description.Architecture == Architecture.T5 ? PartsOfT5 : Parts)
            {
                (float[] Logits, float[] Memory)? expected = null;
                foreach (InstructionSet instructionSet in EdgeModels.InstructionSetsHere)
                {
                    using EncoderDecoder model = EdgeModels.Load(name, precision, instructionSet, tensors =>
                    {
                        foreach ((_, Tensor tensor) in tensors.Where(tensor => tensor.Key.EndsWith(part, StringComparison.Ordinal)))
                        {
                            for (int i = 0; i < tensor.Values.Length; i++)
                            {
                                tensor.Values[i] *= factor;
                            }
                        }
                    });
                    float[] logits = model.Logits(Source, [model.StartToken, 4, 5]), memory = model.Encode(Source);
                    expected ??= (logits, memory);
                    string what = $"{name}, {precision}, {instructionSet}: '{part}' times {factor}";
                    EdgeModels.AssertSame(expected.Value.Logits, logits, $"{what}, logits");
                    EdgeModels.AssertSame(expected.Value.Memory, memory, $"{what}, encoder output");
                }
            }
        }
    }

    [Fact]
    public void A_repetition_penalty_of_any_size_forbids_no_token_and_keeps_scores_finite()
    {
        foreach (double penalty in new[] { 1e-44, 1e-38, 1e-10, 1e10, 1e38, float.MaxValue })
        {
            Hypothesis? expected = null;
            foreach (InstructionSet instructionSet in EdgeModels.InstructionSetsHere)
            {
                using EncoderDecoder model = EdgeModels.Load(nameof(GoldenVanilla), WeightPrecision.Float32, instructionSet);
                var options = new GenerationOptions { RepetitionPenalty = penalty, MaxLength = 40, ReturnScores = true, ReturnTokenLogProbabilities = true };
                Hypothesis greedy = model.Generate(Source, options).Hypotheses[0];
                Assert.NotEqual(FinishReason.NothingAllowed, greedy.FinishReason);
                Assert.All(greedy.TokenLogProbabilities, static value => Assert.False(float.IsNaN(value)));
                Assert.False(float.IsNaN(model.Generate(Source, options with { BeamSize = 3 }).Hypotheses[0].Score!.Value));
                model.Generate(Source, options with { Sampling = new SamplingOptions { Seed = 1 } });
                expected ??= greedy;
                Assert.Equal(expected.Tokens, greedy.Tokens);
                BitAssert.Equal(expected.TokenLogProbabilities.AsSpan(), greedy.TokenLogProbabilities.AsSpan(), $"{instructionSet}, penalty {penalty}");
            }
        }
    }

    [Fact]
    public void Sampling_at_its_limits_is_greedy_search_or_even_chances()
    {
        foreach (InstructionSet instructionSet in EdgeModels.InstructionSetsHere)
        {
            using EncoderDecoder model = EdgeModels.Load(nameof(GoldenVanilla), WeightPrecision.Float32, instructionSet);
            var greedy = new GenerationOptions { MaxLength = 8 };
            GenerationResult expected = model.Generate(Source, greedy);
            foreach (SamplingOptions sampling in new SamplingOptions[]
            {
                new() { Temperature = 0.001 }, new() { TopP = double.Epsilon }, new() { TopP = 1e-300, Temperature = 1000 }, new() { TopK = 1 }, new() { MinP = 1 },
            })
            {
                ResultAssert.Same(expected, model.Generate(Source, greedy with { Sampling = sampling with { Seed = 7 } }), $"{instructionSet}, {sampling}");
            }

            // Hot enough, and with logits at the ends, every draw is still one of the vocabulary.
            foreach (double temperature in new[] { 0.001, 1000 })
            {
                using EncoderDecoder steep = EdgeModels.Load(nameof(GoldenVanilla), WeightPrecision.Float32, instructionSet, static tensors =>
                {
                    tensors["generator.bias"].Values[20] = float.MaxValue;
                    tensors["generator.bias"].Values[21] = float.MinValue;
                });
                Assert.Equal([20, 20], steep.Generate(Source, new GenerationOptions { MaxLength = 2, Sampling = new SamplingOptions { Temperature = temperature, TopP = 1, Seed = 1 } }).Hypotheses[0].Tokens);
            }

            foreach (double temperature in new[] { 1e-30, 1e30, double.PositiveInfinity })
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => model.Generate(Source, new GenerationOptions { Sampling = new SamplingOptions { Temperature = temperature } }));
            }
        }
    }

    [Fact]
    public void A_length_penalty_of_any_size_keeps_scores_numbers()
    {
        using EncoderDecoder model = EdgeModels.Load(nameof(GoldenVanilla), WeightPrecision.Float32, InstructionSet.Portable);
        foreach (double penalty in new[] { 0, 1e-300, 1e3, 1e300 })
        {
            foreach (Hypothesis hypothesis in model.Generate(Source, new GenerationOptions { LengthPenalty = penalty, BeamSize = 3, HypothesisCount = 3, MaxLength = 9 }).Hypotheses)
            {
                Assert.InRange(hypothesis.Score!.Value, float.MinValue, 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_shortest_and_the_longest_sequences_give_the_same_bits_everywhere(string name, WeightPrecision precision)
    {
        Dictionary<(int, string), GenerationResult> expected = [];
        foreach (InstructionSet instructionSet in EdgeModels.InstructionSetsHere)
        {
            using EncoderDecoder model = EdgeModels.Load(name, precision, instructionSet);
            foreach (int length in new[] { 1, model.MaxSourceLength })
            {
                int[] source = new Samples(length).Tokens(length, model.SourceVocabularySize);
                foreach (GenerationOptions options in new GenerationOptions[]
                {
                    new() { MinLength = model.MaxTargetLength, ReturnScores = true }, new() { MaxLength = 1, BeamSize = 2 },
                    new() { MinLength = model.MaxTargetLength, BeamSize = 2, ReturnCrossAttention = true },
                })
                {
                    GenerationResult result = model.Generate(source, options);
                    Assert.Equal(options.MaxLength ?? model.MaxTargetLength, result.Hypotheses[0].Tokens.Length + (result.Hypotheses[0].FinishReason == FinishReason.EndToken ? 1 : 0));
                    expected.TryAdd((length, options.ToString()), result);
                    ResultAssert.Same(expected[(length, options.ToString())], result, $"{name}, {precision}, {instructionSet}, {length} source tokens");
                }
            }
        }
    }

    private static IEnumerable<(InstructionSet InstructionSet, WeightPrecision Precision)> Everywhere() =>
        EdgeModels.InstructionSetsHere.SelectMany(static _ => Enum.GetValues<WeightPrecision>(), static (instructionSet, precision) => (instructionSet, precision));
}
