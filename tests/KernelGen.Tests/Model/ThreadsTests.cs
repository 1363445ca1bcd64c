using KernelGen.Execution;
using KernelGen.Tests.Models;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Model;

/// <summary>However many threads share the work of a call, its results are the same bits.</summary>
public sealed class ThreadsTests
{
    public static TheoryData<string, WeightPrecision> Cases => DeclaredModels.WithPrecisions;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_number_of_threads_gives_the_same_bits(string name, WeightPrecision precision)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description)), InstructionSets.Best, precision);
        int[][] sources = [.. Enumerable.Range(0, 20).Select(i => new Samples(i).Tokens(1 + (i * 7 % Math.Min(40, description.MaxSourceLength)), description.SourceVocabularySize))];
        foreach (GenerationOptions options in new GenerationOptions[]
        {
            new() { MaxLength = Math.Min(12, description.MaxTargetLength) },
            new() { MaxLength = Math.Min(12, description.MaxTargetLength), ReturnScores = true },
            new() { MaxLength = Math.Min(8, description.MaxTargetLength), BeamSize = 3, HypothesisCount = 3 },
            new() { MaxLength = Math.Min(8, description.MaxTargetLength), RepetitionPenalty = 1.3, Sampling = new SamplingOptions { Seed = 3, TopP = 0.9 }, HypothesisCount = 3 },
        })
        {
            GenerationResult[] expected = model.Generate(sources, options);
            foreach (int threads in new[] { 2, 3, 7 })
            {
                GenerationResult[] shared = model.Generate(sources, options with { Threads = threads });
                for (int i = 0; i < sources.Length; i++)
                {
                    ResultAssert.Same(expected[i], shared[i], $"{name}, {precision}, {threads} threads, source {i}");
                    ResultAssert.Same(expected[i], model.Generate(sources[i], options with { Threads = threads }), $"{name}, {precision}, {threads} threads, source {i} alone");
                }
            }
        }
    }

    [Fact]
    public void A_stream_may_have_threads()
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenBart));
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description)), InstructionSets.Best);
        int[] source = new Samples(1).Tokens(12, declared.Description.SourceVocabularySize);
        Assert.Equal(model.Generate(source).Hypotheses[0].Tokens, model.Stream(source, new GenerationOptions { Threads = 2 }).Select(static token => token.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65)]
    public void A_number_of_threads_that_makes_no_sense_is_refused(int threads)
    {
        DeclaredModel declared = DeclaredModels.Named(nameof(GoldenBart));
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(declared.Description)), InstructionSet.Portable);
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => model.Generate([1], new GenerationOptions { Threads = threads }));
        Assert.Contains($"Threads is {threads}; it goes from 1 to 64", exception.Message, StringComparison.Ordinal);
    }
}
