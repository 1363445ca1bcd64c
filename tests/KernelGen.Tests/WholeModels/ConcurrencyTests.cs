using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>One loaded model serves any number of calls at once, and what one call does shows in no other.</summary>
public sealed class ConcurrencyTests
{
    [Fact]
    public void Calls_at_once_give_the_bits_of_calls_one_after_another()
    {
        using GoldenMarian model = GoldenMarian.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenMarian.Description)));
        var samples = new Samples(1);
        int[][] sources = [.. Enumerable.Range(1, 40).Select(length => samples.Tokens(length, model.SourceVocabularySize))];
        int[][] tokens = [.. sources.Select(source => model.Generate(source).Hypotheses[0].Tokens.ToArray())];
        float[][] memories = [.. sources.Select(source => model.Encode(source))];
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int source = i * 7 % sources.Length;
            Assert.Equal(tokens[source], model.Generate(sources[source]).Hypotheses[0].Tokens);
            BitAssert.Equal(memories[source], model.Encode(sources[source]), $"source {source}");
        });
    }

    [Fact]
    public void Disposal_during_calls_lets_them_end_and_refuses_later_ones()
    {
        GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        int[] source = [4, 5, 6, 7];
        int[] expected = [.. model.Generate(source).Hypotheses[0].Tokens];
        int different = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            try
            {
                while (true)
                {
                    if (!model.Generate(source).Hypotheses[0].Tokens.SequenceEqual(expected))
                    {
                        Interlocked.Increment(ref different);
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                // Where every call ends once the model is gone.
            }
        }) { IsBackground = true })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        Thread.Sleep(50);
        model.Dispose();
        Assert.All(threads, static thread => Assert.True(thread.Join(TimeSpan.FromSeconds(30))));
        Assert.Equal(0, different);
    }

    [Fact]
    public void An_abandoned_enumerator_does_not_keep_the_weights_of_a_disposed_model()
    {
        using var file = SafetensorsFile.Open(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        var packed = WeightPacking.Pack(GoldenVanilla.Description, CheckpointTensors.Read(file, GoldenVanilla.Description));
        Engine engine = Engine.Create<GoldenVanilla.PortableKernels>(packed);
        Abandon(engine);
        engine.Dispose();
        bool held = false;
        packed.Memory.DangerousAddRef(ref held);
        packed.Memory.DangerousRelease();
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Throws<ObjectDisposedException>(() => packed.Memory.DangerousAddRef(ref held));
    }

    /// <summary>What an enumerator does that nobody disposes: a frame of its own, so that nothing refers to the workspace afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(Engine engine) => engine.Rent();

    [Fact]
    public void A_long_call_leaves_nothing_behind_for_a_short_one()
    {
        using GoldenBart model = GoldenBart.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenBart.Description)));
        var samples = new Samples(1);
        int[] shortSource = samples.Tokens(3, model.SourceVocabularySize);
        int[] shortTarget = samples.Tokens(2, model.TargetVocabularySize);
        float[] fresh = model.Logits(shortSource, shortTarget);
        model.Logits(samples.Tokens(64, model.SourceVocabularySize), samples.Tokens(64, model.TargetVocabularySize));
        BitAssert.Equal(fresh, model.Logits(shortSource, shortTarget), "a short call after a long one");
    }

    [Fact]
    public void A_warm_call_allocates_its_result_and_nothing_for_each_token()
    {
        Assert.SkipWhen(
            typeof(EncoderDecoder).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
            "Without optimisation the JIT allocates where it otherwise does not.");
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));
        int[] source = new Samples(1).Tokens(20, model.SourceVocabularySize);
        var shorter = new GenerationOptions { MaxLength = 2 };
        var longer = new GenerationOptions { MaxLength = 50 };
        Assert.Equal(50, model.Generate(source, longer).Hypotheses[0].Tokens.Length);

        // Warm is when the JIT has compiled the hot methods anew, in the background.
        long forMoreTokens = -1;
        for (int attempt = 0; attempt < 100 && forMoreTokens != sizeof(int) * 48; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            model.Generate(source, shorter);
            long between = GC.GetAllocatedBytesForCurrentThread();
            model.Generate(source, longer);
            long after = GC.GetAllocatedBytesForCurrentThread();
            forMoreTokens = (after - between) - (between - before);
            Thread.Sleep(20);
        }

        Assert.Equal(sizeof(int) * 48, forMoreTokens);
    }

    /// <summary>Every way to generate, by what it does.</summary>
    private static readonly Dictionary<string, GenerationOptions> Ways = new()
    {
        ["greedy"] = new() { ReturnScores = true },
        ["beam"] = new() { BeamSize = 4 },
        ["n-best"] = new() { BeamSize = 4, HypothesisCount = 4 },
        ["greedy with rules"] = WithRules(new()),
        ["n-best with rules"] = WithRules(new() { BeamSize = 4, HypothesisCount = 4 }),
        ["n-best of Transformers"] = WithRules(new() { BeamSize = 4, HypothesisCount = 4, Definition = SearchDefinition.HuggingFace, EndTokens = [2, 9], RenormalizeLogits = true }),
        ["n-best of groups"] = WithRules(new()
        {
            BeamSize = 4,
            HypothesisCount = 4,
            BeamGroups = 2,
            DiversityPenalty = 1,
            Definition = SearchDefinition.HuggingFace,
            EarlyStopping = EarlyStopping.Never,
            ExponentialLengthPenalty = new(2, 1.1),
            BeginSuppressedTokens = [7],
        }),
        ["samples"] = new() { Sampling = new SamplingOptions { Seed = 1 }, HypothesisCount = 3 },
        ["samples with rules and filters"] = WithRules(new() { Sampling = new SamplingOptions { TopK = 30, TopP = 0.9, MinP = 0.01, Temperature = 1.5 }, HypothesisCount = 3 }),
        ["a sample of many tokens' choice"] = new() { Sampling = new SamplingOptions { TopK = 59, TopP = 0.99 } },
    };

    public static TheoryData<string> WayNames => [.. Ways.Keys];

    private static GenerationOptions WithRules(GenerationOptions options) => options with
    {
        MinLength = 2,
        RepetitionPenalty = 1.2,
        NoRepeatNGramSize = 2,
        SuppressedTokens = [7, 8],
        SuppressedSequences = [[9, 10], [11, 12, 13]],
        ForcedPrefix = [20],
        ForceEndToken = true,
        ReturnTokenLogProbabilities = true,
        Constraint = static (step, allowed) =>
        {
            if (step.Position % 2 == 0)
            {
                allowed.AllowOnly(20, 21, 22, 23, 24, 25, 26, 27, 28, 29, allowed.EndToken);
            }

            allowed.Forbid(30, 31);
        },
        StopWhen = static step => step.Position == 10 && step.Tokens[^1] == 21,
    };

    [Theory]
    [MemberData(nameof(WayNames))]
    public void A_warm_call_for_a_list_allocates_its_results_alone(string way)
    {
        Assert.SkipWhen(
            typeof(EncoderDecoder).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
            "Without optimisation the JIT allocates where it otherwise does not.");
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description, seed: 3)));
        var samples = new Samples(1);
        int[][] sources = [.. Enumerable.Range(1, 40).Select(length => samples.Tokens(length, model.SourceVocabularySize))];
        GenerationOptions options = Ways[way] with { MaxLength = 12 };
        long more = -1;
        for (int attempt = 0; attempt < 100 && more != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            GenerationResult[] results = model.Generate(sources, options);
            long between = GC.GetAllocatedBytesForCurrentThread();
            Copy(results);
            long after = GC.GetAllocatedBytesForCurrentThread();
            more = (between - before) - (after - between);
            Thread.Sleep(20);
        }

        Assert.Equal(0, more);
    }

    /// <summary>Allocates what results are made of.</summary>
    private static GenerationResult[] Copy(GenerationResult[] results)
    {
        var copies = new GenerationResult[results.Length];
        for (int i = 0; i < copies.Length; i++)
        {
            var hypotheses = new Hypothesis[results[i].Hypotheses.Length];
            for (int j = 0; j < hypotheses.Length; j++)
            {
                Hypothesis hypothesis = results[i].Hypotheses[j];
                hypotheses[j] = new Hypothesis(
                    hypothesis.Tokens.AsSpan().ToArray(),
                    hypothesis.Score,
                    hypothesis.FinishReason,
                    hypothesis.TokenLogProbabilities.IsEmpty ? null : hypothesis.TokenLogProbabilities.AsSpan().ToArray());
            }

            copies[i] = new GenerationResult(ImmutableCollectionsMarshal.AsImmutableArray(hypotheses));
        }

        return copies;
    }
}
