namespace KernelGen.Audio.Tests.Models;

/// <summary>Several encoded sources, whose targets are generated together: bit for bit what each gives by itself.</summary>
public sealed class SpeechBatchTests
{
    private static readonly SpeechGolden Golden = SpeechGolden.Whisper;

    public static TheoryData<WeightPrecision, GenerationOptions> Searches
    {
        get
        {
            var searches = new TheoryData<WeightPrecision, GenerationOptions>();
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                searches.Add(precision, new GenerationOptions { ReturnScores = true, ReturnTokenLogProbabilities = true, Threads = 3 });
                searches.Add(precision, new GenerationOptions { Definition = SearchDefinition.OpenAI, BeamSize = 3, HypothesisCount = 3, ReturnTokenLogProbabilities = true });
                searches.Add(precision, new GenerationOptions { Sampling = new SamplingOptions { Seed = 7 }, HypothesisCount = 3, ReturnTokenLogProbabilities = true, ReturnCrossAttention = true });
            }

            return searches;
        }
    }

    [Theory]
    [MemberData(nameof(Searches), DisableDiscoveryEnumeration = true)]
    public void Targets_are_those_of_each_source_alone(WeightPrecision precision, GenerationOptions options)
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath, new ModelLoadOptions { Precision = precision });
        EncodedSpeech[] sources = Sources(model);
        GenerationResult[] found = model.Generate(sources, options, TestContext.Current.CancellationToken);
        for (int i = 0; i < sources.Length; i++)
        {
            AssertSame(sources[i].Generate(options, TestContext.Current.CancellationToken), found[i]);
        }

        Array.ForEach(sources, static source => source.Dispose());
    }

    [Theory]
    [MemberData(nameof(Searches), DisableDiscoveryEnumeration = true)]
    public void Each_source_may_have_a_prompt_a_length_and_a_seed_of_its_own(WeightPrecision precision, GenerationOptions options)
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath, new ModelLoadOptions { Precision = precision });
        EncodedSpeech[] sources = Sources(model);
        int[][] prompts = [[31], [31, 32, 36], [5, 31, 33], [31, 32], [40, 41, 42, 43, 44, 31]];
        GenerationOptions[] each = [.. prompts.Select((prompt, i) => options with
        {
            Prompt = [.. prompt],
            MaxLength = 3 + (4 * i),
            Sampling = options.Sampling is null ? null : options.Sampling with { Seed = i },
        })];
        GenerationResult[] found = model.Generate(sources, each, TestContext.Current.CancellationToken);
        float[][] logits = model.NextLogits(sources, prompts, TestContext.Current.CancellationToken);
        for (int i = 0; i < sources.Length; i++)
        {
            AssertSame(sources[i].Generate(each[i], TestContext.Current.CancellationToken), found[i]);
            Assert.Equal(sources[i].NextLogits(prompts[i], TestContext.Current.CancellationToken), logits[i]);
        }

        Array.ForEach(sources, static source => source.Dispose());
    }

    [Fact]
    public void Callbacks_are_told_the_place_of_a_source_and_more_sources_than_rows_take_turns()
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath);
        EncodedSpeech[] sources = [.. Enumerable.Range(0, 70).Select(i => model.Encode(Golden.Frames(0).AsSpan(0, (1 + (i % 5)) * 4 * 80)))];
        GenerationResult[] found = model.Generate(
            sources, new GenerationOptions { MaxLength = 2, Constraint = static (step, allowed) => allowed.AllowOnly(step.SourceIndex) }, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 70).Select(static i => i == 30 ? Array.Empty<int>() : [i, i]), found.Select(static result => result.Hypotheses[0].Tokens.ToArray()));
        Assert.Empty(model.Generate([], new GenerationOptions(), TestContext.Current.CancellationToken));
        Array.ForEach(sources, static source => source.Dispose());
    }

    [Fact]
    public void What_cannot_be_together_is_refused()
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath);
        using GoldenWhisper other = GoldenWhisper.Load(Golden.ModelPath);
        using EncodedSpeech one = model.Encode(Golden.Frames(0));
        using EncodedSpeech two = model.Encode(Golden.Frames(1));
        using EncodedSpeech foreign = other.Encode(Golden.Frames(1));
        var options = new GenerationOptions();
        AssertRefused("Source 1 is source 0, too;", () => model.Generate([one, one], options));
        AssertRefused("Source 1 was encoded by another model;", () => model.Generate([one, foreign], options));
        AssertRefused("Source 0 is null;", () => model.Generate([null!], options));
        AssertRefused("3 are asked for, and the audio was encoded with SpeechEncodingOptions.MaxHypotheses = 1.", () => model.Generate([one, two], new GenerationOptions { BeamSize = 3 }));
        AssertRefused("The options of source 1 differ from those of source 0 in more than Prompt, MaxLength and SamplingOptions.Seed.", () => model.Generate([one, two], [options, options with { MinLength = 3 }]));
        AssertRefused("There are 2 sources and options for 1; expected as many.", () => model.Generate([one, two], [options]));
        AssertRefused("There are 1 sources and 0 targets; expected as many.", () => model.NextLogits([one], []));
        AssertRefused("The target is empty;", () => model.NextLogits([one], [[]]));
        Assert.Throws<OperationCanceledException>(() => model.Generate([one, two], options, new CancellationToken(canceled: true)));
        two.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Generate([one, two], options));
        Assert.NotEmpty(one.Generate(options with { MaxLength = 3 }, TestContext.Current.CancellationToken).Hypotheses);
    }

    /// <summary>Whoever takes several sources takes them in one order, whatever the order of the lists.</summary>
    [Fact]
    public void Calls_that_share_sources_wait_for_each_other()
    {
        using GoldenWhisper model = GoldenWhisper.Load(Golden.ModelPath);
        EncodedSpeech[] sources = Sources(model);
        EncodedSpeech[] backwards = [.. sources.Reverse()];
        var options = new GenerationOptions { MaxLength = 4 };
        int[] expected = [.. sources[0].Generate(options, TestContext.Current.CancellationToken).Hypotheses[0].Tokens];
        Parallel.For(0, 40, i => Assert.Equal(expected, model.Generate(i % 2 == 0 ? sources : backwards, options)[i % 2 == 0 ? 0 : ^1].Hypotheses[0].Tokens));
        Array.ForEach(sources, static source => source.Dispose());
    }

    private static void AssertRefused(string message, Action call) => Assert.StartsWith(message, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static EncodedSpeech[] Sources(GoldenWhisper model) =>
    [
        .. Enumerable.Range(0, 5).Select(i => model.Encode(
            Golden.Frames(i % Golden.Count).AsSpan(0, 80 * (20 + (17 * i))), new SpeechEncodingOptions { MaxHypotheses = 3, Threads = 3 })),
    ];

    private static void AssertSame(GenerationResult expected, GenerationResult found)
    {
        Assert.Equal(expected.Hypotheses.Length, found.Hypotheses.Length);
        for (int i = 0; i < expected.Hypotheses.Length; i++)
        {
            Assert.Equal(expected.Hypotheses[i].Tokens, found.Hypotheses[i].Tokens);
            Assert.Equal(expected.Hypotheses[i].Score, found.Hypotheses[i].Score);
            Assert.Equal(expected.Hypotheses[i].FinishReason, found.Hypotheses[i].FinishReason);
            Assert.Equal(expected.Hypotheses[i].TokenLogProbabilities.ToArray(), found.Hypotheses[i].TokenLogProbabilities.ToArray());
            Assert.Equal(expected.Hypotheses[i].CrossAttention?[1, 1, 0].ToArray(), found.Hypotheses[i].CrossAttention?[1, 1, 0].ToArray());
        }
    }
}
