using KernelGen.Tests.Goldens;

namespace KernelGen.Tests.Decoding;

/// <summary>Tokens that stand before a target, beside the same tokens as its forced beginning.</summary>
public sealed class PromptTests
{
    private static readonly Golden Golden = Golden.Named("m2m100");

    private static readonly int[] Before = Golden.TargetPrefixes[1][1..4];

    public static TheoryData<SearchDefinition, int> Searches => new()
    {
        { SearchDefinition.KernelGen, 1 },
        { SearchDefinition.KernelGen, 4 },
        { SearchDefinition.OpenAI, 1 },
        { SearchDefinition.OpenAI, 3 },
        { SearchDefinition.HuggingFace, 2 },
    };

    [Theory]
    [MemberData(nameof(Searches))]
    public void The_start_token_alone_is_no_prompt(SearchDefinition definition, int beamSize)
    {
        using EncoderDecoder model = Golden.Load(InstructionSet.Portable);
        var options = new GenerationOptions { Definition = definition, BeamSize = beamSize, HypothesisCount = beamSize, ReturnScores = true, MaxLength = 12 };
        foreach (int[] source in Golden.Sources)
        {
            AssertSame(model.Generate(source, options), model.Generate(source, options with { Prompt = [model.StartToken] }));
        }
    }

    [Fact]
    public void Greedy_targets_after_a_prompt_are_those_that_begin_with_it()
    {
        using EncoderDecoder model = Golden.Load(InstructionSet.Portable);
        foreach (int[] source in Golden.Sources)
        {
            Hypothesis forced = model.Generate(source, new GenerationOptions { ForcedPrefix = [.. Before], MaxLength = 12, ReturnTokenLogProbabilities = true }).Hypotheses[0];
            Hypothesis prompted = model.Generate(
                source, new GenerationOptions { Prompt = [model.StartToken, .. Before], MaxLength = 12 - Before.Length, ReturnTokenLogProbabilities = true }).Hypotheses[0];
            Assert.Equal(forced.Tokens[Before.Length..], prompted.Tokens);
            Assert.Equal(forced.TokenLogProbabilities[Before.Length..], prompted.TokenLogProbabilities);
            Assert.Equal(forced.FinishReason, prompted.FinishReason);
        }
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Lists_and_threads_have_the_bits_of_single_sources(SearchDefinition definition, int beamSize)
    {
        using EncoderDecoder model = Golden.Load(InstructionSet.Portable);
        var options = new GenerationOptions
        {
            Definition = definition,
            BeamSize = beamSize,
            HypothesisCount = beamSize,
            ReturnScores = true,
            MaxLength = 10,
            Prompt = [model.StartToken, .. Before],
        };
        GenerationResult[] together = model.Generate(Golden.Sources, options with { Threads = 2 });
        for (int i = 0; i < together.Length; i++)
        {
            AssertSame(model.Generate(Golden.Sources[i], options), together[i]);
        }
    }

    [Fact]
    public void Cross_attention_is_that_of_the_target_alone()
    {
        using EncoderDecoder model = Golden.Load(InstructionSet.Portable);
        int[] source = Golden.Sources[0];
        Hypothesis forced = model.Generate(source, new GenerationOptions { ForcedPrefix = [.. Before], MaxLength = 9, ReturnCrossAttention = true }).Hypotheses[0];
        Hypothesis prompted = model.Generate(
            source, new GenerationOptions { Prompt = [model.StartToken, .. Before], MaxLength = 9 - Before.Length, ReturnCrossAttention = true }).Hypotheses[0];
        CrossAttention whole = forced.CrossAttention!;
        CrossAttention part = prompted.CrossAttention!;
        Assert.Equal(whole.TargetLength - Before.Length, part.TargetLength);
        for (int row = 0; row < part.TargetLength; row++)
        {
            Assert.Equal(whole[0, 0, row + Before.Length], part[0, 0, row]);
        }
    }

    [Fact]
    public void Memory_of_a_call_counts_the_prompt()
    {
        using EncoderDecoder model = Golden.Load(InstructionSet.Portable);
        var options = new GenerationOptions { MaxLength = 8, ParallelGreedy = false };
        Assert.True(model.CallMemory(1, 5, options with { Prompt = [.. Enumerable.Repeat(4, 30)] }) > model.CallMemory(1, 5, options));
    }

    private static void AssertSame(GenerationResult expected, GenerationResult found)
    {
        Assert.Equal(expected.Hypotheses.Length, found.Hypotheses.Length);
        for (int i = 0; i < expected.Hypotheses.Length; i++)
        {
            Assert.Equal(expected.Hypotheses[i].Tokens, found.Hypotheses[i].Tokens);
            Assert.Equal(expected.Hypotheses[i].Score, found.Hypotheses[i].Score);
        }
    }
}
