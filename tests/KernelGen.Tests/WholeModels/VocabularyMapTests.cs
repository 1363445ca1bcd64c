using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Generation with a vocabulary map: what comes of it when the logits of all other tokens are minus infinity, bit for bit.</summary>
public sealed class VocabularyMapTests
{
    private const int Length = 9;

    public static TheoryData<WeightPrecision, InstructionSet> Cases
    {
        get
        {
            var cases = new TheoryData<WeightPrecision, InstructionSet>();
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                foreach (InstructionSet instructionSet in Enum.GetValues<InstructionSet>())
                {
                    cases.Add(precision, instructionSet);
                }
            }

            return cases;
        }
    }

    /// <summary>One that has the output projection screened, one with 12-bit inputs, and one whose vocabulary is a panel and one token.</summary>
    private static (string Name, ModelDescription Description, Func<Dictionary<string, Tensor>, ModelLoadOptions, EncoderDecoder> Load)[] Models =>
    [
        (nameof(Translator), Translator.Description, static (tensors, options) => Translator.Load(TensorFile.Write(tensors), options)),
        .. new[] { nameof(HeadsOf4), nameof(HeadsOf72), nameof(OneMoreThanAPanel) }.Select(static name => (
            name,
            DeclaredModels.Named(name).Description,
            (Func<Dictionary<string, Tensor>, ModelLoadOptions, EncoderDecoder>)((tensors, options) =>
                DeclaredModels.Named(name).Load(TensorFile.Write(tensors), options.InstructionSet!.Value, options.Precision)))),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_search_is_that_of_logits_masked_by_hand(WeightPrecision precision, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        foreach ((string name, ModelDescription description, var load) in Models)
        {
            using EncoderDecoder model = load(RandomCheckpoint.Create(description, seed: 3), new ModelLoadOptions { Precision = precision, InstructionSet = instructionSet });
            var samples = new Samples(21);
            int[][] sources = [.. Enumerable.Range(1, 7).Select(length => samples.Tokens(Math.Min(length, description.MaxSourceLength), description.SourceVocabularySize))];
            int maxLength = Math.Min(Length, description.MaxTargetLength);
            VocabularyMap[] maps = [Map(description, samples, perToken: 3), Map(description, samples, perToken: 40), Map(description, samples, perToken: description.TargetVocabularySize)];
            for (int i = 0; i < maps.Length; i++)
            {
                foreach (GenerationOptions options in Searches(description, maxLength))
                {
                    // The callback is the last of the rules, so that what it forbids is minus infinity before the softmax.
                    GenerationResult[] expected = [.. sources.Select(source => model.Generate(source, options with { Constraint = Only(maps[i].CandidatesOf(source), description) }))];
                    GenerationOptions mapped = options with { VocabularyMap = maps[i] };
                    GenerationResult[] together = model.Generate(sources, mapped);
                    for (int source = 0; source < sources.Length; source++)
                    {
                        string what = $"{name}, {precision}, {instructionSet}, map {i}, {options}, source {source}";
                        ResultAssert.Same(expected[source], model.Generate(sources[source], mapped), what);
                        ResultAssert.Same(expected[source], together[source], what + ", in a list");
                    }

                    ResultAssert.Same(expected[^1], model.Generate(sources[^1], mapped with { Threads = 3 }), $"{name}, {precision}, {instructionSet}, map {i}, threads");
                }
            }
        }
    }

    [Fact]
    public void Greedy_search_takes_the_best_candidate_and_scores_it_among_candidates()
    {
        ModelDescription description = Translator.Description;
        using EncoderDecoder model = Translator.Load(TensorFile.Write(RandomCheckpoint.Create(description, seed: 8)));
        var samples = new Samples(5);
        VocabularyMap map = Map(description, samples, perToken: 6);
        for (int length = 1; length < 6; length++)
        {
            int[] source = samples.Tokens(length, description.SourceVocabularySize);
            int[] candidates = [.. map.CandidatesOf(source).Append(description.EndToken).Distinct().Where(token => !description.SuppressedTokens.Contains(token))];
            Hypothesis hypothesis = model.Generate(source, new GenerationOptions { MaxLength = Length, VocabularyMap = map, ReturnTokenLogProbabilities = true }).Hypotheses[0];
            List<int> target = [description.StartToken];
            for (int position = 0; position < hypothesis.TokenLogProbabilities.Length; position++)
            {
                float[] logits = model.Logits(source, [.. target])[^description.TargetVocabularySize..];
                int best = candidates.OrderByDescending(token => logits[token]).ThenBy(static token => token).First();
                double sum = candidates.Sum(token => Math.Exp((double)logits[token] - logits[best]));
                Assert.Equal(best, position < hypothesis.Tokens.Length ? hypothesis.Tokens[position] : hypothesis.EndToken);
                Assert.Equal(-Math.Log(sum), hypothesis.TokenLogProbabilities[position], 1e-4);
                target.Add(best);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_map_of_all_tokens_changes_nothing_in_Hugging_Faces_definition(int groups)
    {
        ModelDescription description = Translator.Description;
        using EncoderDecoder model = Translator.Load(TensorFile.Write(RandomCheckpoint.Create(description, seed: 2)));
        var options = new GenerationOptions
        {
            Definition = SearchDefinition.HuggingFace,
            BeamSize = 4,
            HypothesisCount = 4,
            MaxLength = Length,
            BeamGroups = groups,
            DiversityPenalty = groups > 1 ? 0.5 : 0,
        };
        var samples = new Samples(6);
        var all = new VocabularyMap(Enumerable.Range(0, description.TargetVocabularySize), []);
        VocabularyMap some = Map(description, samples, perToken: 5);
        for (int length = 1; length < 5; length++)
        {
            int[] source = samples.Tokens(length, description.SourceVocabularySize);
            ResultAssert.Same(model.Generate(source, options), model.Generate(source, options with { VocabularyMap = all }), $"source of {length}");
            int[] candidates = [.. some.CandidatesOf(source), description.EndToken];
            Assert.All(model.Generate(source, options with { VocabularyMap = some }).Hypotheses, hypothesis => Assert.Subset(candidates.ToHashSet(), hypothesis.Tokens.ToHashSet()));
        }
    }

    [Fact]
    public void Forced_tokens_come_though_the_map_does_not_name_them()
    {
        ModelDescription description = Translator.Description;
        using EncoderDecoder model = Translator.Load(TensorFile.Write(RandomCheckpoint.Create(description)));
        var map = new VocabularyMap([40, 41], []);
        foreach (int beam in new[] { 1, 3 })
        {
            var options = new GenerationOptions { VocabularyMap = map, MaxLength = 4, MinLength = 3, BeamSize = beam, ForcedPrefix = [77], ForcedEndTokens = [78] };
            Hypothesis hypothesis = model.Generate([5, 6], options).Hypotheses[0];
            Assert.Equal(77, hypothesis.Tokens[0]);
            Assert.Equal(78, hypothesis.Tokens[^1]);
            Assert.Subset(new HashSet<int> { 40, 41, 77, 78 }, hypothesis.Tokens.ToHashSet());
        }
    }

    [Fact]
    public void A_map_finds_rows_of_tokens_wherever_they_stand()
    {
        var map = new VocabularyMap([9, 3], [([1], [10]), ([1, 2], [20]), ([2, 3, 4], [30, 3]), ([1], [11, 10])]);
        Assert.Equal(30, map.LargestTarget);
        Assert.Equal([3, 9], map.CandidatesOf([]));
        Assert.Equal([3, 9], map.CandidatesOf([2, 3]));
        Assert.Equal([3, 9, 10, 11], map.CandidatesOf([2, 1, 3]));
        Assert.Equal([3, 9, 10, 11, 20, 30], map.CandidatesOf([7, 1, 2, 3, 4]));
        Assert.Equal(-1, new VocabularyMap([], []).LargestTarget);
        Assert.Empty(new VocabularyMap([], []).CandidatesOf([1]));
    }

    [Fact]
    public void What_no_map_can_be_is_refused()
    {
        Assert.Equal("always", Assert.Throws<ArgumentException>(static () => new VocabularyMap([3, -1], [])).ParamName);
        Assert.Contains("-2", Assert.Throws<ArgumentException>(static () => new VocabularyMap([], [([-2], [1])])).Message, StringComparison.Ordinal);
        Assert.Contains("-3", Assert.Throws<ArgumentException>(static () => new VocabularyMap([], [([2], [1, -3])])).Message, StringComparison.Ordinal);
        Assert.Contains("no source tokens", Assert.Throws<ArgumentException>(static () => new VocabularyMap([], [([], [1])])).Message, StringComparison.Ordinal);

        using EncoderDecoder model = Translator.Load(TensorFile.Write(RandomCheckpoint.Create(Translator.Description)));
        var options = new GenerationOptions { VocabularyMap = new VocabularyMap([Translator.Description.TargetVocabularySize], []) };
        string message = Assert.Throws<ArgumentException>(() => model.Generate([5], options)).Message;
        Assert.Contains($"the target token {Translator.Description.TargetVocabularySize}", message, StringComparison.Ordinal);
        Assert.Contains("another model", message, StringComparison.Ordinal);
    }

    private static IEnumerable<GenerationOptions> Searches(ModelDescription description, int maxLength)
    {
        var options = new GenerationOptions { MaxLength = maxLength, ParallelGreedy = false };
        yield return options;
        yield return options with { ReturnTokenLogProbabilities = true, ReturnScores = true, MinLength = maxLength / 2, RepetitionPenalty = 1.3 };
        yield return options with { BeamSize = 4, HypothesisCount = 4, ReturnTokenLogProbabilities = true };
        yield return options with { BeamSize = 3, NoRepeatNGramSize = 1, SuppressedTokens = [description.TargetVocabularySize / 2] };
        yield return options with { HypothesisCount = 3, ReturnScores = true, Sampling = new SamplingOptions { Seed = 4, TopK = 5, TopP = 0.9 } };
        yield return options with { HypothesisCount = 2, Sampling = new SamplingOptions { Seed = 4 } };
    }

    private static TokenConstraint Only(int[] candidates, ModelDescription description)
    {
        int[] allowed = [.. candidates.Append(description.EndToken).Distinct()];
        return (_, tokens) => tokens.AllowOnly(allowed);
    }

    private static VocabularyMap Map(ModelDescription description, Samples samples, int perToken) => new(
        samples.Tokens(2, description.TargetVocabularySize),
        Enumerable.Range(0, description.SourceVocabularySize).Select(token => ((int[])[token], samples.Tokens(perToken, description.TargetVocabularySize))));
}
