using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Sampling against exact probabilities, with fixed seeds, and against its definition token by token.</summary>
public sealed class SamplingTests
{
    private const int Samples = 64;

    public static TheoryData<double, int, double, double> Filters => new()
    {
        { 1, 0, 1, 0 },
        { 0.5, 0, 1, 0 },
        { 1.7, 0, 1, 0 },
        { 1, 5, 1, 0 },
        { 1, 1, 1, 0 },
        { 1, 100, 1, 0 },
        { 1, 0, 0.8, 0 },
        { 1, 0, 0.3, 0 },
        { 1, 0, 1, 0.2 },
        { 1, 0, 1, 1 },
        { 1.5, 9, 0.9, 0.1 },
        { 0.8, 12, 0.95, 0.05 },
        { 3, 6, 0.7, 0.5 },
    };

    public static TheoryData<InstructionSet> InstructionSetCases => [.. Enum.GetValues<InstructionSet>()];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Tokens_come_as_often_as_their_probabilities_say(double temperature, int topK, double topP, double minP)
    {
        using EncoderDecoder model = Load();
        int[] source = [3, 1, 4, 1, 5];
        var sampling = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP };
        int[] counts = Count(model, source, sampling, calls: 100);
        float[] logits = model.Logits(source, [HeadsOf4.Description.StartToken]);
        Assert.True(ChiSquare.Agrees(counts, ReferenceSampler.Probabilities(logits, sampling)), $"[{string.Join(" ", counts)}]");
    }

    [Fact]
    public void Draws_from_another_distribution_are_told_apart()
    {
        using EncoderDecoder model = Load();
        int[] source = [3, 1, 4, 1, 5];
        int[] counts = Count(model, source, new SamplingOptions(), calls: 100);
        float[] logits = model.Logits(source, [HeadsOf4.Description.StartToken]);
        foreach (SamplingOptions other in new SamplingOptions[] { new() { Temperature = 1.1 }, new() { Temperature = 0.9 }, new() { TopK = 14 }, new() { TopP = 0.98 }, new() { MinP = 0.05 } })
        {
            Assert.False(ChiSquare.Agrees(counts, ReferenceSampler.Probabilities(logits, other)), other.ToString());
        }
    }

    [Fact]
    public void Each_position_is_drawn_given_the_one_before_and_independently_of_its_random_number()
    {
        using EncoderDecoder model = Load();
        ModelDescription description = HeadsOf4.Description;
        int vocabulary = description.TargetVocabularySize;
        int[] source = [2, 7];
        int[] counts = new int[vocabulary * vocabulary];
        for (int seed = 0; seed < 300; seed++)
        {
            var options = new GenerationOptions { Sampling = new SamplingOptions { Seed = seed }, HypothesisCount = Samples, MaxLength = 2 };
            foreach (Hypothesis hypothesis in model.Generate(source, options).Hypotheses)
            {
                int[] tokens = [.. hypothesis.Tokens, description.EndToken, description.EndToken];
                counts[(tokens[0] * vocabulary) + tokens[1]]++;
            }
        }

        double[] first = ReferenceSampler.Probabilities(model.Logits(source, [description.StartToken]), new SamplingOptions());
        double[] both = new double[counts.Length];
        for (int token = 0; token < vocabulary; token++)
        {
            float[] logits = model.Logits(source, [description.StartToken, token])[^vocabulary..];
            double[] second = ReferenceSampler.Probabilities(logits, new SamplingOptions());
            for (int next = 0; next < vocabulary; next++)
            {
                both[(token * vocabulary) + next] = first[token] * (token == description.EndToken ? (next == description.EndToken ? 1 : 0) : second[next]);
            }
        }

        Assert.True(ChiSquare.Agrees(counts, both));
    }

    [Fact]
    public void Samples_of_one_call_and_calls_of_other_seeds_are_independent()
    {
        // Pairs of neighbours: of samples, and of seeds. The two of a pair are as probable together as apart.
        using EncoderDecoder model = Load();
        int[] source = [2, 7];
        int vocabulary = HeadsOf4.Description.TargetVocabularySize;
        int[][] drawn = [.. Enumerable.Range(0, 200).Select(seed => Draw(model, source, new SamplingOptions(), seed))];
        double[] probabilities = ReferenceSampler.Probabilities(model.Logits(source, [HeadsOf4.Description.StartToken]), new SamplingOptions());
        double[] pairs = [.. from one in probabilities from other in probabilities select one * other];
        int[] samples = new int[pairs.Length], seeds = new int[pairs.Length];
        for (int call = 0; call < drawn.Length; call += 2)
        {
            for (int sample = 0; sample < Samples; sample += 2)
            {
                samples[(drawn[call][sample] * vocabulary) + drawn[call][sample + 1]]++;
                seeds[(drawn[call][sample] * vocabulary) + drawn[call + 1][sample]]++;
            }
        }

        Assert.True(ChiSquare.Agrees(samples, pairs));
        Assert.True(ChiSquare.Agrees(seeds, pairs));
    }

    [Theory]
    [MemberData(nameof(InstructionSetCases))]
    public void Samples_are_those_of_the_definition(InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        foreach (DeclaredModel declared in DeclaredModels.All)
        {
            ModelDescription description = declared.Description;
            using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description)), instructionSet);
            foreach ((double temperature, int topK, double topP, double minP) in new[] { (1.0, 0, 1.0, 0.0), (1.4, 20, 0.9, 0.01), (0.7, 0, 0.95, 0), (2, 80, 1, 0.1) })
            {
                var ruleCase = new RuleCase(new GenerationOptions
                {
                    Sampling = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = -5 },
                    HypothesisCount = 3,
                    MaxLength = 4,
                    ReturnScores = true,
                    ReturnTokenLogProbabilities = true,
                });
                int[] source = new Reference.Samples(topK).Tokens(5, description.SourceVocabularySize);
                Answer.AssertSame(
                    new ReferenceGreedySearch(model, description, ruleCase).Search(source),
                    model.Generate(source, ruleCase.Options),
                    ruleCase.Options,
                    $"{description.Name}, {instructionSet}, {ruleCase}");
            }
        }
    }

    [Fact]
    public void A_seed_gives_the_same_samples_wherever_its_source_stands_and_no_seed_gives_others_each_time()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        var options = new GenerationOptions { Sampling = new SamplingOptions { Seed = 11 }, HypothesisCount = 5, MaxLength = 30, ReturnScores = true };
        GenerationResult alone = model.Generate([4, 5, 6], options);
        ResultAssert.Same(alone, model.Generate([4, 5, 6], options), "again");
        GenerationResult[] together = model.Generate([[9, 9], [4, 5, 6], [7], [8, 8, 8, 8, 8], [4, 5, 6], .. Enumerable.Repeat<int[]>([5, 5], 30)], options);
        ResultAssert.Same(alone, together[1], "in a list");
        ResultAssert.Same(alone, together[4], "later in the list");
        ResultAssert.Same(model.Generate([4, 5, 6], options with { HypothesisCount = 2 }), new GenerationResult([.. alone.Hypotheses.Take(2)]), "fewer samples");
        Assert.Equal(5, alone.Hypotheses.Select(static hypothesis => string.Join(" ", hypothesis.Tokens)).Distinct().Count());

        GenerationOptions fresh = options with { Sampling = new SamplingOptions() };
        Assert.NotEqual(
            model.Generate([4, 5, 6], fresh).Hypotheses.SelectMany(static hypothesis => hypothesis.Tokens),
            model.Generate([4, 5, 6], fresh).Hypotheses.SelectMany(static hypothesis => hypothesis.Tokens));
    }

    [Fact]
    public void A_stream_gives_the_first_sample()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        var options = new GenerationOptions { Sampling = new SamplingOptions { Seed = 2, TopP = 0.9 }, MaxLength = 20, ReturnTokenLogProbabilities = true };
        Hypothesis hypothesis = model.Generate([4, 5, 6], options).Hypotheses[0];
        GeneratedToken[] streamed = [.. model.Stream([4, 5, 6], options)];
        Assert.Equal(hypothesis.Tokens, streamed.Select(static token => token.Token));
        Assert.Equal(hypothesis.TokenLogProbabilities.Take(streamed.Length), streamed.Select(static token => token.LogProbability!.Value));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Weights_that_leave_no_number_are_refused(float bias)
    {
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(GoldenVanilla.Description);
        tensors["generator.bias"].Values[7] = bias;
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(tensors), new ModelLoadOptions { AllowNonFiniteWeights = true });
        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(() => model.Generate([4, 5], new GenerationOptions { Sampling = new SamplingOptions() }));
        Assert.Contains("position 0", exception.Message);
        Assert.Contains("not a number", exception.Message);
    }

    private static EncoderDecoder Load() =>
        DeclaredModels.Named(nameof(HeadsOf4)).Load(TensorFile.Write(RandomCheckpoint.Create(HeadsOf4.Description)), InstructionSets.Best);

    /// <summary>How often each token is drawn first, by several calls of many samples.</summary>
    private static int[] Count(EncoderDecoder model, int[] source, SamplingOptions sampling, int calls)
    {
        int[] counts = new int[model.TargetVocabularySize];
        for (int call = 0; call < calls; call++)
        {
            foreach (int token in Draw(model, source, sampling, 1000 + call))
            {
                counts[token]++;
            }
        }

        return counts;
    }

    /// <summary>The first tokens of many samples, in the order drawn.</summary>
    private static int[] Draw(EncoderDecoder model, int[] source, SamplingOptions sampling, long seed) =>
    [
        .. model
            .Generate(source, new GenerationOptions { Sampling = sampling with { Seed = seed }, HypothesisCount = Samples, MaxLength = 1 })
            .Hypotheses
            .Select(static hypothesis => hypothesis.Tokens.IsEmpty ? HeadsOf4.Description.EndToken : hypothesis.Tokens[0]),
    ];
}
