using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>How many threads may share the work of a call. <see cref="SameBitsTests"/> has what two of them do.</summary>
public sealed class ThreadsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public void More_threads_than_cores_and_than_sequences_give_the_same_bits(int threads)
    {
        ModelDescription description = Translator.Description;
        using EncoderDecoder model = DeclaredModels.Named(nameof(Translator)).Load(TensorFile.Write(RandomCheckpoint.Create(description)), InstructionSets.Best);
        int[][] sources = [.. Enumerable.Range(0, 5).Select(i => new Samples(i).Tokens(1 + (i * 7), description.SourceVocabularySize))];
        foreach (GenerationOptions options in new GenerationOptions[] { new() { MaxLength = 8 }, new() { MaxLength = 8, BeamSize = 3, HypothesisCount = 3 } })
        {
            GenerationResult[] expected = model.Generate(sources, options);
            GenerationResult[] shared = model.Generate(sources, options with { Threads = threads });
            for (int i = 0; i < sources.Length; i++)
            {
                ResultAssert.Same(expected[i], shared[i], $"{threads} threads, {options}, source {i}");
                ResultAssert.Same(expected[i], model.Generate(sources[i], options with { Threads = threads }), $"{threads} threads, {options}, source {i} alone");
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
