using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Beam search against its definition, written plainly, on every declared model with random weights.</summary>
public sealed class BeamSearchTests
{
    public static TheoryData<string> Names => DeclaredModels.Names;

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hypotheses_are_those_of_the_definition(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        GenerationOptions[] options =
        [
            new() { BeamSize = 4, HypothesisCount = 4, MaxLength = 7 },
            new() { BeamSize = 3, HypothesisCount = 2, MaxLength = 5, LengthPenalty = 0 },
            new() { BeamSize = 2, HypothesisCount = 2, MaxLength = 6, LengthPenalty = 2.5 },
            new() { BeamSize = 5, HypothesisCount = 5, MaxLength = 1 },
            new() { BeamSize = 32, HypothesisCount = 32, MaxLength = 2, LengthPenalty = 0.6 },
        ];
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description)), instructionSet);
        var samples = new Samples(1);
        for (int i = 0; i < options.Length; i++)
        {
            int[] source = samples.Tokens(Math.Min(1 + (5 * i), description.MaxSourceLength), description.SourceVocabularySize);
            Answer.AssertSame(
                new ReferenceBeamSearch(model, description, options[i]).Search(source),
                model.Generate(source, options[i]),
                options[i],
                $"{name}, {instructionSet}, {options[i]}");
        }
    }

    [Fact]
    public void Hypotheses_that_end_at_many_lengths_are_those_of_the_definition()
    {
        // The end token is made as probable as the tokens before it let it be, so that searches stop early, late and at the maximum.
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(HeadsOf11.Description, seed: 4);
        tensors["generator.bias"].Values[HeadsOf11.Description.EndToken] += 2;
        using EncoderDecoder model = DeclaredModels.Named(nameof(HeadsOf11)).Load(TensorFile.Write(tensors), InstructionSets.Best);
        var samples = new Samples(5);
        var lengths = new HashSet<int>();
        var reasons = new HashSet<FinishReason>();
        for (int i = 0; i < 60; i++)
        {
            var options = new GenerationOptions { BeamSize = 2 + (i % 4), HypothesisCount = 2, MaxLength = 20, LengthPenalty = i % 3 * 0.75 };
            int[] source = samples.Tokens(1 + (i % 30), model.SourceVocabularySize);
            GenerationResult result = model.Generate(source, options);
            Answer.AssertSame(new ReferenceBeamSearch(model, HeadsOf11.Description, options).Search(source), result, options, $"source {i}, {options}");
            lengths.UnionWith(result.Hypotheses.Select(static hypothesis => hypothesis.Tokens.Length));
            reasons.UnionWith(result.Hypotheses.Select(static hypothesis => hypothesis.FinishReason));
        }

        Assert.InRange(lengths.Count, 5, 21);
        Assert.Equal(2, reasons.Count);
    }

    [Fact]
    public void A_beam_wider_than_all_there_is_finds_what_trying_all_targets_finds()
    {
        // 16 tokens, of which 15 go on: nothing of the first step is lost in a beam of 32, and the best of the second are what is left.
        using EncoderDecoder model =
            DeclaredModels.Named(nameof(HeadsOf4)).Load(TensorFile.Write(RandomCheckpoint.Create(HeadsOf4.Description)), InstructionSets.Best);
        var options = new GenerationOptions { BeamSize = 32, HypothesisCount = 20, MaxLength = 2 };
        for (int length = 1; length < 20; length += 6)
        {
            int[] source = new Samples(length).Tokens(length, model.SourceVocabularySize);
            IReadOnlyList<Answer> all = new ReferenceBeamSearch(model, HeadsOf4.Description, options).TryAll(source);
            Assert.Equal(1 + (15 * 16), all.Count);
            Answer.AssertSame([.. all.Take(20)], model.Generate(source, options), options, $"{length} source tokens");
        }
    }

    [Fact]
    public void A_beam_wider_than_the_vocabulary_gives_as_many_hypotheses_as_there_are()
    {
        using EncoderDecoder model =
            DeclaredModels.Named(nameof(SmallestShape)).Load(TensorFile.Write(RandomCheckpoint.Create(SmallestShape.Description)), InstructionSets.Best);
        int[] source = [0, 1, 0];
        for (int maxLength = 1; maxLength <= 7; maxLength++)
        {
            // Of two tokens one ends, so there are as many targets as lengths, and one that does not end.
            var options = new GenerationOptions { BeamSize = 32, HypothesisCount = 32, MaxLength = maxLength };
            Answer.AssertSame(
                new ReferenceBeamSearch(model, SmallestShape.Description, options).TryAll(source),
                model.Generate(source, options),
                options,
                $"at most {maxLength} tokens");
            Assert.Equal(maxLength + 1, model.Generate(source, options).Hypotheses.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_hypotheses_begin_with_those_of_fewer_and_are_in_order(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description)), InstructionSets.Best);
        int[] source = new Samples(3).Tokens(9, description.SourceVocabularySize);
        var options = new GenerationOptions { BeamSize = 6, HypothesisCount = 6, MaxLength = Math.Min(10, description.MaxTargetLength) };
        GenerationResult all = model.Generate(source, options);
        Assert.Equal(6, all.Hypotheses.Length);
        Assert.Equal(all.Hypotheses.OrderByDescending(static hypothesis => hypothesis.Score), all.Hypotheses);
        Assert.Equal(6, all.Hypotheses.Select(static hypothesis => (string.Join(" ", hypothesis.Tokens), hypothesis.FinishReason)).Distinct().Count());
        Assert.All(all.Hypotheses, hypothesis => Assert.DoesNotContain(hypothesis.Tokens, token => description.SuppressedTokens.Contains(token)));
        for (int count = 1; count < 6; count++)
        {
            ResultAssert.Same(all, model.Generate(source, options with { HypothesisCount = count }), count, $"{name}: {count} hypotheses");
        }
    }

    [Fact]
    public void A_target_that_ends_at_once_is_empty()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenVanilla.Description);
        tensors["generator.bias"].Values[GoldenVanilla.Description.EndToken] = 1000;
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(tensors));
        foreach (int beamSize in new[] { 1, 4 })
        {
            Hypothesis hypothesis = model.Generate([4, 5], new GenerationOptions { BeamSize = beamSize, ReturnScores = true }).Hypotheses[0];
            Assert.Empty(hypothesis.Tokens);
            Assert.Equal(FinishReason.EndToken, hypothesis.FinishReason);
            Assert.Equal(0f, hypothesis.Score!.Value, 1e-6f);
        }
    }

    [Fact]
    public void Greedy_scores_follow_the_length_penalty_and_tokens_do_not()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        var options = new GenerationOptions { ReturnScores = true, MaxLength = 16 };
        Hypothesis mean = model.Generate([4, 5, 6], options).Hypotheses[0];
        Hypothesis sum = model.Generate([4, 5, 6], options with { LengthPenalty = 0 }).Hypotheses[0];
        Assert.Equal(16, mean.Tokens.Length);
        Assert.Equal(mean.Tokens, sum.Tokens);
        Assert.Equal(sum.Score!.Value / 16, mean.Score!.Value);
        Assert.Equal(sum.Score!.Value, model.Score([4, 5, 6], sum.Tokens.AsSpan()).LogProbability);
    }

    [Fact]
    public void Weights_that_leave_no_number_are_refused()
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenVanilla.Description);
        tensors["generator.bias"].Values.AsSpan().Fill(float.NaN);
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(tensors), new ModelLoadOptions { AllowNonFiniteWeights = true });
        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(() => model.Generate([4, 5], new GenerationOptions { BeamSize = 2 }));
        Assert.Contains("not a number", exception.Message);
    }
}
