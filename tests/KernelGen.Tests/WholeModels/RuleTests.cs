using CsCheck;
using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>What options demand of tokens, against the plain definition of each: in greedy search, beam search and sampling.</summary>
public sealed class RuleTests
{
    private static readonly string[] SmallModels =
        [nameof(SmallestShape), nameof(HeadsOf4), nameof(HeadsOf1), nameof(HeadsOf11), nameof(HeadsOf72), nameof(OneMoreThanAPanel)];

    /// <summary>The rules one by one: what is asked of every search.</summary>
    private static readonly Dictionary<string, Func<ModelDescription, RuleCase>> Rules = new()
    {
        ["minimum length"] = static _ => new(new() { MinLength = 3 }),
        ["repetition penalty"] = static _ => new(new() { RepetitionPenalty = 1.6 }),
        ["repetition favoured"] = static _ => new(new() { RepetitionPenalty = 0.6 }),
        ["no repeated token"] = static _ => new(new() { NoRepeatNGramSize = 1 }),
        ["no repeated pair"] = static _ => new(new() { NoRepeatNGramSize = 2, RepetitionPenalty = 0.3 }),
        ["suppressed tokens"] = static model => new(new() { SuppressedTokens = [.. Enumerable.Range(0, model.TargetVocabularySize).Where(static token => token % 3 == 0)] }),
        ["suppressed sequences"] = static model => new(new()
        {
            SuppressedSequences =
            [
                [1], [model.StartToken, 0], [0, 0],
                .. Enumerable.Range(0, model.TargetVocabularySize - 1).Select(static token => (System.Collections.Immutable.ImmutableArray<int>)[token, token + 1]),
            ],
        }),
        ["forced prefix"] = static model => new(new() { ForcedPrefix = [NotEnd(model), NotEnd(model)] }),
        ["forced end"] = static _ => new(new() { ForceEndToken = true }),
        ["other end token"] = static model => new(new() { EndTokens = [NotEnd(model)] }),
        ["several end tokens"] = static model => new(new() { EndTokens = [model.EndToken, .. Enumerable.Range(0, model.TargetVocabularySize / 3)] }),
        ["other forced end"] = static model => new(new() { ForcedEndTokens = [NotEnd(model)] }),
        ["suppressed at the beginning"] = static model => new(new() { ForcedPrefix = [NotEnd(model)], BeginSuppressedTokens = [.. Enumerable.Range(0, model.TargetVocabularySize / 2)] }),
        ["no repeated token of the source"] = static _ => new(new() { EncoderNoRepeatNGramSize = 1 }),
        ["no repeated pair of the source"] = static _ => new(new() { EncoderNoRepeatNGramSize = 2, EncoderRepetitionPenalty = 3 }),
        ["source favoured"] = static _ => new(new() { EncoderRepetitionPenalty = 1.7 }),
        ["drawn to the end"] = static _ => new(new() { ExponentialLengthPenalty = new(1, 2.5) }),
        ["kept from the end"] = static model => new(new() { ExponentialLengthPenalty = new(0, 0.5), EndTokens = [model.EndToken, NotEnd(model)] }),
        ["constraint"] = static _ => new(new(), allows: static (tokens, token) => (token + tokens.Length) % 2 == 0),
        ["constraint that ends"] = static _ => new(new(), allows: static (tokens, token) => tokens.Length < 2),
        ["stop"] = static _ => new(new(), stops: static tokens => tokens[^1] % 4 == 0),
        ["stop at once"] = static _ => new(new(), stops: static _ => true),
    };

    /// <summary>What only forbids tokens is asked of approximate logits, where the output projection has a smaller copy: nothing shows that.</summary>
    [Theory]
    [InlineData(WeightPrecision.Float32)]
    [InlineData(WeightPrecision.BFloat16)]
    [InlineData(WeightPrecision.Int8)]
    public void Rules_that_only_forbid_choose_the_same_tokens_with_and_without_a_screen(WeightPrecision precision)
    {
        ModelDescription description = Translator.Description;
        Assert.True(description.ScreensOutput);
        using EncoderDecoder screened = Translator.Load(TensorFile.Write(RandomCheckpoint.Create(description, seed: 11)), new ModelLoadOptions { Precision = precision });
        using EncoderDecoder whole = Translator.Load(TensorFile.Write(RandomCheckpoint.Create(description, seed: 11)), new ModelLoadOptions { Precision = precision, ScreenOutput = false });
        var samples = new Samples(12);
        int[][] sources = [.. Enumerable.Range(1, 6).Select(length => samples.Tokens(length, description.SourceVocabularySize))];
        int changed = 0;
        foreach (GenerationOptions options in new GenerationOptions[]
        {
            new() { MinLength = 12 },
            new() { NoRepeatNGramSize = 1 },
            new() { NoRepeatNGramSize = 2, MinLength = 4, BeginSuppressedTokens = [.. Enumerable.Range(0, description.TargetVocabularySize / 2)] },
            new() { SuppressedTokens = [.. Enumerable.Range(0, description.TargetVocabularySize).Where(static token => token % 3 != 0)], ForcedPrefix = [5, 6] },
            new() { SuppressedTokens = [.. Enumerable.Range(0, description.TargetVocabularySize)] },
        })
        {
            GenerationOptions bounded = options with { MaxLength = 16, ParallelGreedy = false };
            GenerationResult[] expected = whole.Generate(sources, bounded);
            GenerationResult[] actual = screened.Generate(sources, bounded);
            GenerationResult[] free = whole.Generate(sources, new GenerationOptions { MaxLength = 16 });
            for (int i = 0; i < sources.Length; i++)
            {
                Assert.Equal(expected[i].Hypotheses[0].Tokens, actual[i].Hypotheses[0].Tokens);
                Assert.Equal(expected[i].Hypotheses[0].FinishReason, actual[i].Hypotheses[0].FinishReason);
                Assert.Equal(actual[i].Hypotheses[0].Tokens, screened.Generate(sources[i], bounded).Hypotheses[0].Tokens);
                changed += expected[i].Hypotheses[0].Tokens.SequenceEqual(free[i].Hypotheses[0].Tokens) ? 0 : 1;
            }
        }

        Assert.True(changed > 0, "No rule changed a token.");
    }

    public static TheoryData<string, InstructionSet> Cases => Theories.WithEach<InstructionSet>(Rules.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_rule_alone_gives_what_its_definition_gives(string rule, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        int changed = 0;
        foreach (string name in SmallModels)
        {
            DeclaredModel declared = DeclaredModels.Named(name);
            using EncoderDecoder model = Load(declared, instructionSet);
            int[] source = new Samples(7).Tokens(6, model.SourceVocabularySize);
            foreach (GenerationOptions search in new GenerationOptions[]
            {
                new() { MaxLength = 5 },
                new() { MaxLength = 5, ReturnScores = true, ReturnTokenLogProbabilities = true },
                new() { MaxLength = 5, BeamSize = 3, HypothesisCount = 3, ReturnTokenLogProbabilities = true },
                new() { MaxLength = 5, HypothesisCount = 3, Sampling = new SamplingOptions { Seed = 4, TopP = 0.9 }, ReturnTokenLogProbabilities = true },
                new() { MaxLength = 5, BeamSize = 3, HypothesisCount = 3, Definition = SearchDefinition.HuggingFace, ReturnTokenLogProbabilities = true },
                new()
                {
                    MaxLength = 5, BeamSize = 4, HypothesisCount = 3, BeamGroups = 2, DiversityPenalty = 0.5, Definition = SearchDefinition.HuggingFace,
                    EarlyStopping = EarlyStopping.Never, ReturnTokenLogProbabilities = true,
                },
            })
            {
                RuleCase ruleCase = With(search, Rules[rule](declared.Description));
                if (model.SourceVocabularySize != model.TargetVocabularySize && (ruleCase.Options.EncoderNoRepeatNGramSize > 0 || ruleCase.Options.EncoderRepetitionPenalty != 1))
                {
                    ArgumentException refusal = Assert.Throws<ArgumentException>(() => model.Generate(source, ruleCase.Options));
                    Assert.Contains("two vocabularies", refusal.Message);
                    continue;
                }

                GenerationResult result = model.Generate(source, ruleCase.Options);
                Answer.AssertSame(Expected(model, declared.Description, ruleCase, source), result, ruleCase.Options, $"{name}, {rule}: {ruleCase}");
                GenerationResult without = model.Generate(source, search);
                changed += result.Hypotheses[0].Tokens.SequenceEqual(without.Hypotheses[0].Tokens) && result.Hypotheses[0].FinishReason == without.Hypotheses[0].FinishReason ? 0 : 1;
            }
        }

        Assert.True(changed > 0, $"Nothing shows that there is a rule: {rule}.");
    }

    [Theory]
    [InlineData(nameof(SmallestShape))]
    [InlineData(nameof(HeadsOf4))]
    [InlineData(nameof(HeadsOf1))]
    [InlineData(nameof(HeadsOf11))]
    [InlineData(nameof(HeadsOf72))]
    [InlineData(nameof(OneMoreThanAPanel))]
    public void Any_rules_together_give_what_their_definitions_give(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        using EncoderDecoder model = Load(declared, InstructionSets.Best);
        Gen.Select(RandomRules.Of(declared.Description), Gen.Int[0, model.SourceVocabularySize - 1].Array[1, 8]).Sample(
            (ruleCase, source) => Answer.AssertSame(
                Expected(model, declared.Description, ruleCase, source), model.Generate(source, ruleCase.Options), ruleCase.Options, $"{name}, [{string.Join(" ", source)}], {ruleCase}"),
            iter: 1000,
            print: static sample => $"[{string.Join(" ", sample.Item2)}], {sample.Item1}");
    }

    [Fact]
    public void A_stream_gives_what_a_call_gives()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(HeadsOf11));
        using EncoderDecoder model = Load(declared, InstructionSets.Best);
        Gen.Select(RandomRules.Of(declared.Description), Gen.Int[0, model.SourceVocabularySize - 1].Array[1, 8]).Sample(
            (ruleCase, source) =>
            {
                GenerationOptions options = ruleCase.Options with { BeamSize = 1, HypothesisCount = 1, BeamGroups = 1, DiversityPenalty = 0 };
                Hypothesis hypothesis = model.Generate(source, options with { ReturnTokenLogProbabilities = true }).Hypotheses[0];
                GeneratedToken[] streamed = [.. model.Stream(source, options)];
                Assert.Equal(hypothesis.Tokens, streamed.Select(static token => token.Token));
                Assert.Equal(Enumerable.Range(0, streamed.Length), streamed.Select(static token => token.Index));
                Assert.Equal(
                    hypothesis.Tokens.Select((_, i) => options.ReturnScores || options.ReturnTokenLogProbabilities ? hypothesis.TokenLogProbabilities[i] : (float?)null),
                    streamed.Select(static token => token.LogProbability));
            },
            iter: 200);
    }

    [Theory]
    [InlineData(nameof(GoldenMarian))]
    [InlineData(nameof(OneMoreThanAPanel))]
    [InlineData(nameof(HeadsOf11))]
    public void A_generated_target_has_the_log_probabilities_that_scoring_gives(string name)
    {
        // Two of these models suppress tokens, which have no probability in either.
        using EncoderDecoder model = Load(DeclaredModels.Named(name), InstructionSets.Best);
        foreach (GenerationOptions search in new GenerationOptions[] { new(), new() { BeamSize = 3, HypothesisCount = 3 }, new() { Sampling = new SamplingOptions { Seed = 5 }, HypothesisCount = 3 } })
        {
            for (int length = 1; length < 9; length++)
            {
                int[] source = new Samples(length).Tokens(length, model.SourceVocabularySize);
                foreach (Hypothesis hypothesis in model.Generate(source, search with { MaxLength = 7, ReturnTokenLogProbabilities = true }).Hypotheses)
                {
                    int[] target = hypothesis.EndToken is { } end ? [.. hypothesis.Tokens, end] : [.. hypothesis.Tokens];
                    BitAssert.Equal(model.Score(source, target).TokenLogProbabilities.AsSpan(), hypothesis.TokenLogProbabilities.AsSpan(), $"{name}, {search}, {length} source tokens");
                }
            }
        }
    }

    [Fact]
    public void A_forced_target_has_the_log_probabilities_that_scoring_gives()
    {
        // Suppressed tokens are among the forced ones: they are scored over the whole vocabulary.
        DeclaredModel declared = DeclaredModels.Named(nameof(OneMoreThanAPanel));
        using EncoderDecoder model = Load(declared, InstructionSets.Best);
        int[] source = [1, 2, 3], prefix = [3, 5, 16, 5];
        ScoreResult expected = model.Score(source, [.. prefix, declared.Description.EndToken]);
        var options = new GenerationOptions
        {
            ForcedPrefix = [.. prefix],
            MaxLength = 5,
            ForceEndToken = true,
            ReturnScores = true,
            ReturnTokenLogProbabilities = true,
            LengthPenalty = 0,
            SuppressedTokens = [5],
            MinLength = 4,
        };
        foreach (GenerationOptions search in new[] { options, options with { BeamSize = 3 }, options with { Sampling = new SamplingOptions() } })
        {
            Hypothesis hypothesis = Assert.Single(model.Generate(source, search).Hypotheses);
            Assert.Equal(prefix, hypothesis.Tokens);
            Assert.Equal(FinishReason.EndToken, hypothesis.FinishReason);
            BitAssert.Equal(expected.TokenLogProbabilities.AsSpan(), hypothesis.TokenLogProbabilities.AsSpan(), search.ToString());
            Assert.Equal(expected.LogProbability, hypothesis.Score!.Value, 1e-5f);
        }
    }

    [Fact]
    public void Log_probabilities_are_there_when_asked_for_and_sum_to_the_score()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        var options = new GenerationOptions { MaxLength = 12, LengthPenalty = 0, ReturnScores = true };
        foreach (GenerationOptions search in new[] { options, options with { BeamSize = 4, HypothesisCount = 4 }, options with { Sampling = new SamplingOptions(), HypothesisCount = 4 } })
        {
            Assert.All(model.Generate([4, 5, 6], search).Hypotheses, static hypothesis => Assert.Empty(hypothesis.TokenLogProbabilities));
            Assert.All(model.Generate([4, 5, 6], search with { ReturnTokenLogProbabilities = true }).Hypotheses, hypothesis =>
            {
                int[] target = hypothesis.FinishReason == FinishReason.EndToken ? [.. hypothesis.Tokens, GoldenVanilla.Description.EndToken] : [.. hypothesis.Tokens];
                Assert.Equal(hypothesis.Score!.Value, hypothesis.TokenLogProbabilities.Sum(), 1e-4f);

                // Nothing is suppressed in this model, so these are over the whole vocabulary.
                BitAssert.Equal(model.Score([4, 5, 6], target).TokenLogProbabilities.AsSpan(), hypothesis.TokenLogProbabilities.AsSpan(), search.ToString());
            });
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    public void Callbacks_see_the_source_and_the_tokens_of_each_target(int beamSize, bool samples)
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        int[][] sources = [.. Enumerable.Range(0, 40).Select(i => new Samples(i).Tokens(1 + (i * 5 % 17), model.SourceVocabularySize))];

        // What a source may generate is one token, which depends on its place in the list.
        static int Own(int source) => 45 + (source % 5);
        int constrained = 0, asked = 0;
        var options = new GenerationOptions
        {
            BeamSize = beamSize,
            Sampling = samples ? new SamplingOptions() : null,
            HypothesisCount = samples ? 3 : 1,
            MaxLength = 6,
            ForcedPrefix = [4],
            Constraint = (step, allowed) =>
            {
                constrained++;
                Assert.Equal(step.Tokens.Length, step.Position);
                Assert.Equal(4, step.Tokens[0]);
                int own = Own(step.SourceIndex);
                Assert.All(step.Tokens[1..].ToArray(), token => Assert.Equal(own, token));
                allowed.AllowOnly(own);
            },
            StopWhen = step =>
            {
                asked++;
                Assert.True(step.Position > 1);
                Assert.Equal(Own(step.SourceIndex), step.Tokens[^1]);
                return step.Position == 2 + (step.SourceIndex % 3);
            },
        };
        GenerationResult[] results = model.Generate(sources, options);
        for (int i = 0; i < sources.Length; i++)
        {
            Assert.All(results[i].Hypotheses, hypothesis =>
            {
                Assert.Equal([4, .. Enumerable.Repeat(Own(i), 1 + (i % 3))], hypothesis.Tokens);
                Assert.Equal(FinishReason.Stopped, hypothesis.FinishReason);
            });
        }

        int targets = samples ? 3 : 1;
        Assert.Equal(targets * Enumerable.Range(0, 40).Sum(static i => 1 + (i % 3)), constrained);
        Assert.Equal(constrained, asked);
        Assert.Equal(Own(0), model.Generate(sources[7], options).Hypotheses[0].Tokens[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Callbacks_see_the_place_of_a_source_in_a_stream(int threads)
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        int[][] sources = [.. Enumerable.Range(0, 300).Select(i => new Samples(i).Tokens(1 + (i * 5 % 17), model.SourceVocabularySize))];
        var options = new GenerationOptions
        {
            MaxLength = 2,
            Threads = threads,
            Constraint = static (step, allowed) => allowed.AllowOnly(step.Position == 0 ? 3 + (step.SourceIndex / 50) : 3 + (step.SourceIndex % 50)),
        };
        int place = 0;
        await foreach (GenerationResult result in model.GenerateAsync(
            sources.ToAsyncEnumerable(), options, new StreamingOptions { Window = 200 }, TestContext.Current.CancellationToken))
        {
            Assert.Equal([3 + (place / 50), 3 + (place % 50)], result.Hypotheses[0].Tokens);
            place++;
        }

        Assert.Equal(300, place);
    }

    [Fact]
    public void A_constraint_narrows_down_what_the_other_rules_leave()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        int end = GoldenVanilla.Description.EndToken;
        int calls = 0;
        var options = new GenerationOptions
        {
            MaxLength = 4,
            MinLength = 1,
            SuppressedTokens = [9],
            Constraint = (step, allowed) =>
            {
                calls++;
                Assert.Equal(60, allowed.VocabularySize);
                Assert.Equal(end, allowed.EndToken);
                Assert.False(allowed.IsAllowed(9));
                Assert.Equal(step.Position >= 1, allowed.IsAllowed(end));
                Assert.True(allowed.IsAllowed(10));
                allowed.Forbid(10, 11);
                Assert.False(allowed.IsAllowed(10));
                allowed.AllowOnly(9, 10, 20, 20, 21, 22);
                allowed.AllowOnly(21, 9, 10, 30);
                for (int token = 0; token < 60; token++)
                {
                    Assert.Equal(token == 21, allowed.IsAllowed(token));
                }
            },
        };
        Assert.Equal([21, 21, 21, 21], model.Generate([4, 5], options).Hypotheses[0].Tokens);
        Assert.Equal(4, calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Where_nothing_is_allowed_the_target_ends_as_it_stands(int beamSize)
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        foreach (SamplingOptions? sampling in new[] { null, beamSize == 1 ? new SamplingOptions() : null })
        {
            foreach (int length in new[] { 0, 2 })
            {
                var options = new GenerationOptions
                {
                    BeamSize = beamSize,
                    Sampling = sampling,
                    ReturnScores = true,
                    ReturnTokenLogProbabilities = true,
                    Constraint = (step, allowed) => allowed.AllowOnly(step.Position < length ? [30] : []),
                };
                Hypothesis hypothesis = model.Generate([4, 5], options).Hypotheses[0];
                Assert.Equal(Enumerable.Repeat(30, length), hypothesis.Tokens);
                Assert.Equal(FinishReason.NothingAllowed, hypothesis.FinishReason);
                Assert.Equal(0f, hypothesis.Score);
                Assert.Equal(length, hypothesis.TokenLogProbabilities.Length);
            }
        }
    }

    [Fact]
    public void What_a_callback_does_wrong_ends_the_call_and_leaves_the_model_working()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        GenerationResult expected = model.Generate([4, 5]);
        foreach (int beamSize in new[] { 1, 3 })
        {
            foreach (TokenConstraint constraint in new TokenConstraint[]
            {
                static (_, allowed) => allowed.AllowOnly(3, 60),
                static (_, allowed) => allowed.Forbid(60),
                static (_, allowed) => allowed.IsAllowed(60),
            })
            {
                ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(
                    () => model.Generate([4, 5], new GenerationOptions { BeamSize = beamSize, Constraint = constraint }));
                Assert.Equal(60, exception.ActualValue);
                Assert.Contains("no token 60; the target vocabulary goes from 0 to 59", exception.Message);
            }

            Assert.Throws<TimeoutException>(
                () => model.Generate([4, 5], new GenerationOptions { BeamSize = beamSize, StopWhen = static _ => throw new TimeoutException() }));
            ResultAssert.Same(expected, model.Generate([4, 5]), "afterwards");
        }
    }

    [Fact]
    public void A_callback_may_call_the_model()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        var options = new GenerationOptions { MaxLength = 5, Constraint = (step, allowed) => allowed.AllowOnly(model.Generate([7, 8, 9]).Hypotheses[0].Tokens[0]) };
        Assert.Equal(Enumerable.Repeat(model.Generate([7, 8, 9]).Hypotheses[0].Tokens[0], 5), model.Generate([4, 5], options).Hypotheses[0].Tokens);
    }

    private static IReadOnlyList<Answer> Expected(EncoderDecoder model, ModelDescription description, RuleCase ruleCase, int[] source) =>
        ruleCase.Options.BeamSize == 1 ? new ReferenceGreedySearch(model, description, ruleCase).Search(source)
        : ruleCase.Options.Definition == SearchDefinition.HuggingFace ? new ReferenceHuggingFaceBeamSearch(model, description, ruleCase).Search(source)
        : new ReferenceBeamSearch(model, description, ruleCase).Search(source);

    /// <summary>A search with the rules of a case.</summary>
    private static RuleCase With(GenerationOptions search, RuleCase rules) => new(
        search with
        {
            MinLength = rules.Options.MinLength,
            RepetitionPenalty = rules.Options.RepetitionPenalty,
            NoRepeatNGramSize = rules.Options.NoRepeatNGramSize,
            SuppressedTokens = rules.Options.SuppressedTokens,
            SuppressedSequences = rules.Options.SuppressedSequences,
            ForcedPrefix = rules.Options.ForcedPrefix,
            ForceEndToken = rules.Options.ForceEndToken,
            EndTokens = rules.Options.EndTokens,
            ForcedEndTokens = rules.Options.ForcedEndTokens,
            BeginSuppressedTokens = rules.Options.BeginSuppressedTokens,
            EncoderNoRepeatNGramSize = rules.Options.EncoderNoRepeatNGramSize,
            EncoderRepetitionPenalty = rules.Options.EncoderRepetitionPenalty,
            ExponentialLengthPenalty = rules.Options.ExponentialLengthPenalty,
        },
        rules.Allows,
        rules.Stops);

    /// <summary>A model that ends its targets now and then.</summary>
    private static EncoderDecoder Load(DeclaredModel declared, InstructionSet instructionSet)
    {
        ModelDescription description = declared.Description;
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(description, seed: 6);
        if (description.OutputBias)
        {
            tensors[new TensorNames(description).OutputBias].Values[description.EndToken] += 1.5f;
        }

        return declared.Load(TensorFile.Write(tensors), instructionSet);
    }

    private static int NotEnd(ModelDescription model) => model.EndToken == 0 ? 1 : 0;
}
