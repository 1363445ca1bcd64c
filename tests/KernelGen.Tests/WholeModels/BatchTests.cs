using System.Collections;
using KernelGen.Decoding;
using KernelGen.Execution;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>A list of sources: each has the bits that it has alone, in the order of the list.</summary>
public sealed class BatchTests
{
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

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(4, 1, false)]
    [InlineData(5, 2, false)]
    [InlineData(32, 1, false)]
    [InlineData(3, 1, true)]
    public void Sources_that_take_the_places_of_others_give_the_bits_that_they_give_alone(int hypotheses, int threads, bool isSampled)
    {
        var samples = new Samples(6);
        int[][] sources = [.. samples.Tokens(210, HeadsOf11.Description.MaxSourceLength).Select(length => samples.Tokens(length + 1, HeadsOf11.Description.SourceVocabularySize))];
        var options = new GenerationOptions
        {
            BeamSize = isSampled ? 1 : hypotheses,
            Sampling = isSampled ? new SamplingOptions { Seed = 5 } : null,
            HypothesisCount = Math.Min(hypotheses, 3),
            MaxLength = 20,
            ReturnScores = true,
            ReturnCrossAttention = true,
            Threads = threads,
        };
        int endings = 0;
        for (int seed = 1; seed <= 60 && endings < 4; seed++)
        {
            // The end token is made more probable, until there are weights with which targets end at many lengths: places become free by and by.
            Dictionary<string, Tensor> tensors = RandomCheckpoint.Create(HeadsOf11.Description, seed);
            tensors["generator.bias"].Values[HeadsOf11.Description.EndToken] += 1 + (seed % 4 * 0.5f);
            using HeadsOf11 model = HeadsOf11.Load(TensorFile.Write(tensors));
            GenerationResult[] results = model.Generate(sources, options);
            endings = results.Select(static result => result.Hypotheses[0].Tokens.Length).Distinct().Count();
            for (int i = seed % 20; i < sources.Length; i += endings < 4 ? 20 : 1)
            {
                ResultAssert.Same(model.Generate(sources[i], options), results[i], $"{options}, weights {seed}, source {i}");
            }
        }

        Assert.True(endings >= 4, "No weights let targets end at many lengths.");
    }

    [Fact]
    public void Memory_does_not_grow_with_the_list()
    {
        using Engine engine = DeclaredModels.Named(nameof(GoldenVanilla)).LoadEngine(
            TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)), InstructionSets.Best);
        var settings = SearchSettings.Of(new GenerationOptions { MaxLength = 3 }, GoldenVanilla.Description);
        int[][] sources = [.. Enumerable.Range(0, 1000).Select(static i => new Samples(i).Tokens(1 + (i % 20), GoldenVanilla.Description.SourceVocabularySize))];
        Workspace workspace = engine.Rent();
        try
        {
            // The longest come first in both lists, so both need the same room.
            BatchSearch.RunAll(engine, workspace, [.. sources.Where(static source => source.Length > 10)], settings);
            Sequence[] sequences = workspace.Sequences;
            long few = workspace.Bytes;
            BatchSearch.RunAll(engine, workspace, sources, settings);
            Assert.Same(sequences, workspace.Sequences);
            Assert.Equal(few, workspace.Bytes);
        }
        finally
        {
            engine.Return(workspace);
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
