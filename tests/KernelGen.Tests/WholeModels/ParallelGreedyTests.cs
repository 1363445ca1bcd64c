using System.Diagnostics;
using System.Reflection;
using CsCheck;
using KernelGen.Decoding;
using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Goldens;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>Parallel greedy search gives the tokens, and the bits of the scores, of plain greedy search, whatever was guessed.</summary>
public sealed class ParallelGreedyTests
{
    /// <summary>Kinds of guesses that know, or do not know, the target.</summary>
    public enum Guesses
    {
        Right,
        Wrong,
        Random,
        EndTokens,
        RightThenEndTokens,
        None,
    }

    public static TheoryData<Guesses, bool> KindsOfGuesses
    {
        get
        {
            var data = new TheoryData<Guesses, bool>();
            foreach (Guesses guesses in Enum.GetValues<Guesses>())
            {
                data.Add(guesses, false);
                data.Add(guesses, true);
            }

            return data;
        }
    }

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    public static TheoryData<string, InstructionSet> GoldenCases => Golden.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_length_and_precision_gives_the_bits_of_plain_greedy(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(declared.Description, seed: 3);
        foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
        {
            using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), instructionSet, precision);
            for (int maxLength = 1; maxLength <= Math.Min(model.MaxTargetLength, 18); maxLength++)
            {
                int[] source = new Samples(maxLength).Tokens(Math.Min(maxLength, model.MaxSourceLength), model.SourceVocabularySize);
                AssertSame(model, source, new GenerationOptions { MaxLength = maxLength, ReturnScores = maxLength % 3 == 0 }, $"{name}, {instructionSet}, {precision}, {maxLength}");
            }

            AssertSame(model, [0], new GenerationOptions(), $"{name}, {instructionSet}, {precision}, as long as it goes");
        }
    }

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Targets_of_the_goldens_are_found(string name, InstructionSet instructionSet)
    {
        Golden golden = Golden.Named(name);
        using EncoderDecoder model = golden.Load(instructionSet);
        for (int maxLength = 1; maxLength <= golden.MaxNewTokens; maxLength++)
        {
            for (int i = 0; i < golden.Sources.Length; i++)
            {
                AssertSame(model, golden.Sources[i], new GenerationOptions { MaxLength = maxLength, ReturnScores = i % 2 == 0 }, $"{name}, {instructionSet}: source {i}, {maxLength}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KindsOfGuesses))]
    public void Guesses_do_not_show_in_the_target(Guesses guesses, bool returnScores)
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenMarian));
        using Engine engine = declared.LoadEngine(TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed: 3)), InstructionSets.Best);
        for (int length = 1; length <= 30; length++)
        {
            AssertGuessesDoNotShow(engine, new Samples(length).Tokens(length, declared.Description.SourceVocabularySize), length, returnScores, guesses, seed: length);
        }
    }

    [Fact]
    public void Random_guesses_do_not_show_in_the_targets_of_random_models()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenVanilla));
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 20], Gen.Int[1, 40], Gen.Bool, Gen.Enum<Guesses>(), Gen.Int).Sample(
            (seed, sourceLength, maxLength, returnScores, guesses, random) =>
            {
                using Engine engine = declared.LoadEngine(TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed)), InstructionSets.Best);
                int[] source = new Samples(seed + sourceLength).Tokens(sourceLength, declared.Description.SourceVocabularySize);
                AssertGuessesDoNotShow(engine, source, maxLength, returnScores, guesses, random);
            },
            iter: 40);
    }

    [Fact]
    public void Right_guesses_take_a_pass_for_every_eight_tokens()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenVanilla));
        using Engine engine = declared.LoadEngine(TensorFile.Write(RandomCheckpoint.Create(declared.Description, seed: 3)), InstructionSets.Best);
        int[] source = new Samples(1).Tokens(20, declared.Description.SourceVocabularySize);
        SearchSettings settings = Settings(declared.Description, 40, returnScores: false);
        int[] target = [.. Search(engine, source, settings, drafter: null).Hypotheses[0].Tokens];
        Assert.Equal(40, target.Length);
        var drafter = new KnownTarget(declared.Description, target, Guesses.Right, seed: 1);
        Search(engine, source, settings, drafter);
        Assert.Equal(40 / ParallelGreedySearch.MaxRows, drafter.Passes);
    }

    [Fact]
    public void A_model_that_is_used_for_long_gives_the_same_bits_as_before()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));
        for (int i = 0; i < 60; i++)
        {
            AssertSame(model, new Samples(i).Tokens(1 + (i % 20), model.SourceVocabularySize), new GenerationOptions { MaxLength = 20 }, $"call {i}", parallel: null);
        }
    }

    [Fact]
    public void Rules_and_callbacks_are_kept()
    {
        using EncoderDecoder model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));
        int[] source = new Samples(1).Tokens(20, model.SourceVocabularySize);
        int[] plain = [.. model.Generate(source, new GenerationOptions { MaxLength = 20 }).Hypotheses[0].Tokens];
        var options = new GenerationOptions { MaxLength = 20, ReturnTokenLogProbabilities = true, ReturnScores = true };
        GenerationOptions[] ways =
        [
            options,
            options with { MinLength = 20 },
            options with { RepetitionPenalty = 1.5 },
            options with { NoRepeatNGramSize = 1 },
            options with { SuppressedTokens = [plain[0]] },
            options with { SuppressedSequences = [[plain[0], plain[1]]] },
            options with { ForcedPrefix = [plain[3], plain[2]] },
            options with { ForceEndToken = true },
            options with { StopWhen = static step => step.Position == 5 },
            options with { ReturnCrossAttention = true },
            options with { Sampling = new SamplingOptions { Seed = 3 } },
        ];
        foreach (GenerationOptions way in ways)
        {
            AssertSame(model, source, way, $"{way}");
            Assert.Equal(
                model.Generate(source, way with { ParallelGreedy = false }).Hypotheses[0].TokenLogProbabilities,
                model.Generate(source, way with { ParallelGreedy = true }).Hypotheses[0].TokenLogProbabilities);
        }
    }

    [Fact]
    public void Calls_at_once_give_the_bits_of_plain_greedy()
    {
        using GoldenMarian model = GoldenMarian.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenMarian.Description)));
        int[][] sources = [.. Enumerable.Range(1, 20).Select(length => new Samples(length).Tokens(length, model.SourceVocabularySize))];
        GenerationResult[] expected = [.. sources.Select(source => model.Generate(source, new GenerationOptions { ParallelGreedy = false, ReturnScores = true }))];
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int source = i * 7 % sources.Length;
            ResultAssert.Same(expected[source], model.Generate(sources[source], new GenerationOptions { ParallelGreedy = true, ReturnScores = true }), $"call {i}");
        });
    }

    [Fact]
    public void A_warm_call_allocates_its_result_alone()
    {
        Assert.SkipWhen(
            typeof(EncoderDecoder).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
            "Without optimisation the JIT allocates where it otherwise does not.");
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));
        int[] source = new Samples(1).Tokens(20, model.SourceVocabularySize);
        var parallel = new GenerationOptions { MaxLength = 50, ParallelGreedy = true };
        var plain = parallel with { ParallelGreedy = false };
        long more = -1;
        for (int attempt = 0; attempt < 100 && more != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            model.Generate(source, plain);
            long between = GC.GetAllocatedBytesForCurrentThread();
            model.Generate(source, parallel);
            more = (GC.GetAllocatedBytesForCurrentThread() - between) - (between - before);
            Thread.Sleep(20);
        }

        Assert.Equal(0, more);
    }

    [Fact]
    public void A_successor_is_trusted_as_often_as_it_came_and_replaced_when_it_no_longer_comes()
    {
        var table = new SuccessorTable(vocabularySize: 10);
        Assert.Equal(0, table.Confidence(3, out _));
        for (int i = 1; i <= 20; i++)
        {
            table.Learn(3, 0);
            Assert.Equal(Math.Min(i, 15), table.Confidence(3, out int successor));
            Assert.Equal(0, successor);
        }

        foreach ((int successor, int confidence) in new[] { (0, 7), (0, 3), (0, 1), (9, 1), (9, 2) })
        {
            table.Learn(3, 9);
            Assert.Equal(confidence, table.Confidence(3, out int actual));
            Assert.Equal(successor, actual);
        }
    }

    private static void AssertSame(EncoderDecoder model, int[] source, GenerationOptions options, string what, bool? parallel = true) =>
        ResultAssert.Same(
            model.Generate(source, options with { ParallelGreedy = false }), model.Generate(source, options with { ParallelGreedy = parallel }), what);

    private static void AssertGuessesDoNotShow(Engine engine, int[] source, int maxLength, bool returnScores, Guesses guesses, int seed)
    {
        SearchSettings settings = Settings(engine.Description, maxLength, returnScores);
        GenerationResult expected = Search(engine, source, settings, drafter: null);
        var drafter = new KnownTarget(engine.Description, [.. expected.Hypotheses[0].Tokens], guesses, seed);
        ResultAssert.Same(expected, Search(engine, source, settings, drafter), $"{guesses}, {source.Length} source tokens, at most {maxLength}");
    }

    private static SearchSettings Settings(ModelDescription model, int maxLength, bool returnScores) =>
        SearchSettings.Of(new GenerationOptions { MaxLength = maxLength, ReturnScores = returnScores }, model);

    /// <summary>Searches with a drafter, or token by token without one.</summary>
    private static GenerationResult Search(Engine engine, int[] source, SearchSettings settings, IDrafter? drafter)
    {
        Workspace workspace = engine.Rent();
        try
        {
            workspace.Reserve([source.Length], settings.MaxLength, ParallelGreedySearch.MaxRows + ParallelGreedySearch.MaxDraftRows);
            engine.Encode(workspace, source, [0]);
            workspace.State<GreedySearch>().Begin(engine, sources: 1, settings);
            workspace.State<GreedySearch>().Start(engine, source: 0, index: 0, source, settings);
            if (drafter is not null)
            {
                ParallelGreedySearch.Run(engine, workspace, settings, drafter);
            }

            while (!workspace.State<GreedySearch>().IsDone)
            {
                workspace.State<GreedySearch>().Step(engine, workspace);
            }

            return workspace.State<GreedySearch>().Result(0);
        }
        finally
        {
            engine.Return(workspace);
        }
    }

    /// <summary>Guesses with the target at hand.</summary>
    private sealed class KnownTarget(ModelDescription model, int[] target, Guesses guesses, int seed) : IDrafter
    {
        private readonly Random _random = new(seed);

        public int Passes { get; private set; }

        public int Guess(Workspace workspace, Span<int> tokens, out int drafted)
        {
            Passes++;
            drafted = 0;
            int next = workspace.Sequences[0].TargetLength;
            for (int i = 1; i < tokens.Length; i++, next++)
            {
                int right = next < target.Length ? target[next] : model.EndToken;
                tokens[i] = guesses switch
                {
                    Guesses.Right => right,
                    Guesses.Wrong => (right + 1) % model.TargetVocabularySize,
                    Guesses.Random => _random.Next(3) == 0 ? _random.Next(model.TargetVocabularySize) : right,
                    Guesses.RightThenEndTokens => i < tokens.Length / 2 ? right : model.EndToken,
                    _ => model.EndToken,
                };
            }

            // Whatever a drafter leaves behind, the search sets right.
            workspace.Sequences[0].TargetLength += tokens.Length;
            return guesses == Guesses.None ? 0 : guesses == Guesses.Random ? _random.Next(tokens.Length) : tokens.Length - 1;
        }

        public void Learn(ReadOnlySpan<int> tokens, ReadOnlySpan<int> next, bool? isFirstGuessRight)
        {
            Assert.Equal(tokens.Length, next.Length);
            Assert.True(tokens[1..].SequenceEqual(next[..^1]));
        }
    }
}
