using System.Collections;
using KernelGen.Execution;
using KernelGen.Tests.Models;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.Model;

/// <summary>A list of sources: each has the bits that it has alone, in the order of the list.</summary>
public sealed class BatchTests
{
    private static readonly GenerationOptions[] Ways =
    [
        new() { ReturnScores = true, MaxLength = 6 },
        new() { MaxLength = 4 },
        new() { BeamSize = 4, HypothesisCount = 3, MaxLength = 6 },
        new() { BeamSize = 7, HypothesisCount = 7, MaxLength = 3, LengthPenalty = 0.5 },
        new() { MaxLength = 5, RepetitionPenalty = 1.4, NoRepeatNGramSize = 2, MinLength = 2, ForceEndToken = true, ReturnTokenLogProbabilities = true },
        new() { BeamSize = 3, HypothesisCount = 3, MaxLength = 5, RepetitionPenalty = 1.4, SuppressedSequences = [[0, 0]], ReturnTokenLogProbabilities = true },
        new() { Sampling = new SamplingOptions { Seed = 1 }, MaxLength = 6, ReturnScores = true, ReturnTokenLogProbabilities = true },
        new()
        {
            Sampling = new SamplingOptions { Seed = 2, Temperature = 1.3, TopK = 40, TopP = 0.9, MinP = 0.01 },
            HypothesisCount = 5,
            MaxLength = 5,
            RepetitionPenalty = 1.2,
        },
    ];

    public static TheoryData<string, InstructionSet> Cases => DeclaredModels.WithInstructionSets;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sources_together_give_the_bits_that_each_gives_alone(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription description = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(description, seed: 3)), instructionSet);

        // More than one group for each way, and more source tokens than are encoded at a time.
        int[][] sources = RandomSources(description, count: 70, seed: 1);
        foreach (GenerationOptions options in Ways)
        {
            GenerationResult[] together = model.Generate(sources, options);
            Assert.Equal(sources.Length, together.Length);
            for (int i = 0; i < sources.Length; i += 3)
            {
                ResultAssert.Same(model.Generate(sources[i], options), together[i], $"{name}, {instructionSet}, {options}: source {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Instruction_sets_give_the_same_bits(string name, InstructionSet instructionSet)
    {
        Assert.SkipUnless(InstructionSets.IsSupported(instructionSet), $"This process cannot use {instructionSet}.");
        DeclaredModel declared = DeclaredModels.Named(name);
        Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(declared.Description);
        using EncoderDecoder portable = declared.Load(TensorFile.Write(tensors), InstructionSet.Portable);
        using EncoderDecoder model = declared.Load(TensorFile.Write(tensors), instructionSet);
        int[][] sources = RandomSources(declared.Description, count: 20, seed: 2);
        foreach (GenerationOptions options in Ways)
        {
            GenerationResult[] expected = portable.Generate(sources, options);
            GenerationResult[] actual = model.Generate(sources, options);
            for (int i = 0; i < sources.Length; i++)
            {
                ResultAssert.Same(expected[i], actual[i], $"{name}, {instructionSet}, {options}: source {i}");
            }
        }
    }

    [Fact]
    public void Any_list_is_taken()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        int[][] sources = [[4, 5, 6], [7], [4, 5, 6]];
        GenerationResult[] expected = [.. sources.Select(source => model.Generate(source))];
        foreach (GenerationResult[] results in new[] { model.Generate(sources), model.Generate([.. sources]), model.Generate((List<int[]>)[.. sources]) })
        {
            Assert.Equal(3, results.Length);
            for (int i = 0; i < 3; i++)
            {
                ResultAssert.Same(expected[i], results[i], $"source {i}");
            }
        }
    }

    [Fact]
    public void An_empty_list_gives_an_empty_array()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        Assert.Empty(model.Generate(Array.Empty<int[]>()));
        Assert.Empty(model.Generate(Array.Empty<int[]>(), new GenerationOptions { BeamSize = 4 }));
    }

    [Fact]
    public void A_list_that_changes_meanwhile_is_refused()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        foreach (int[]? second in new int[]?[] { [4], [4, 5, 6, 7], null, [4, 1000, 5], [4, -1, 5] })
        {
            ArgumentException exception = Assert.ThrowsAny<ArgumentException>(() => model.Generate(new ChangingList([4, 5, 6], second!)));
            Assert.Equal("sources", exception.ParamName);
            Assert.Contains("ource 0 ", exception.Message);
        }

        ResultAssert.Same(model.Generate([4, 5, 6]), model.Generate(new ChangingList([9, 9, 9], [4, 5, 6]))[0], "another source of the same length");
    }

    private static int[][] RandomSources(ModelDescription model, int count, int seed)
    {
        var samples = new Samples(seed);
        return [.. samples.Tokens(count, Math.Min(model.MaxSourceLength, 12)).Select(length => samples.Tokens(length + 1, model.SourceVocabularySize))];
    }

    /// <summary>A list of one source, which is another each time.</summary>
    private sealed class ChangingList(params int[][] sources) : IReadOnlyList<int[]>
    {
        private int _asked;

        public int Count => 1;

        public int[] this[int index] => sources[_asked++];

        public IEnumerator<int[]> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
