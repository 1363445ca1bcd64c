using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Tests.Declarations;
using KernelGen.Tests.Reference;

namespace KernelGen.Tests.WholeModels;

/// <summary>The formulas of runtime/docs/memory.md, written down a second time, against what is really taken.</summary>
public sealed class MemoryTests
{
    private static readonly GenerationOptions[] Ways =
    [
        new(),
        new() { MaxLength = 5, Threads = 3 },
        new() { MaxLength = 7, BeamSize = 4 },
        new() { MaxLength = 3, BeamSize = 32, Threads = 2 },
        new() { MaxLength = 4, Sampling = new SamplingOptions(), HypothesisCount = 3 },
    ];

    public static TheoryData<string> Models => DeclaredModels.Names;

    public static TheoryData<string, WeightPrecision> Precisions => DeclaredModels.WithPrecisions;

    [Theory]
    [MemberData(nameof(Models))]
    public void A_call_takes_what_the_formula_says(string name)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription shape = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(shape)), InstructionSet.Portable);
        var samples = new Samples(1);
        int longest = Math.Min(shape.MaxSourceLength, 40);
        foreach (GenerationOptions options in Ways.Select(way => way with { MaxLength = Math.Min(way.MaxLength ?? 9, shape.MaxTargetLength) }))
        {
            foreach (int[] lengths in new int[][] { [1], [longest], [longest, 3, 1], [.. Enumerable.Repeat(longest, 20)] })
            {
                int hypotheses = options.Sampling is null ? options.BeamSize : options.HypothesisCount;
                int[] group = [.. lengths.OrderDescending().Take(Math.Max(1, 64 / hypotheses))];
                int rows = Math.Max(Math.Max(group[0], Math.Min(group.Sum(), 256)), group.Length * hypotheses);
                long expected = Bytes(
                    shape,
                    group,
                    rows,
                    logitsRows: (group.Length * hypotheses) + (options.Sampling is null ? 0 : 1),
                    hypotheses,
                    options.MaxLength!.Value,
                    options.Threads);
                model.TrimMemory();
                Assert.Equal(0, model.IdleMemory);
                model.Generate([.. lengths.Select(length => samples.Tokens(length, shape.SourceVocabularySize))], options);
                Assert.Equal(expected, model.IdleMemory);
                long most = model.CallMemory(lengths.Length, lengths.Max(), options);
                Assert.True(lengths.Distinct().Count() == 1 ? most == expected : most > expected, $"{name}, {options}: at most {most} bytes, but {expected}");
            }
        }
    }

    [Fact]
    public void Scoring_takes_what_the_formula_says()
    {
        ModelDescription shape = GoldenMarian.Description;
        using GoldenMarian model = GoldenMarian.Load(TensorFile.Write(RandomCheckpoint.Create(shape)));
        var samples = new Samples(1);
        foreach ((int source, int target) in new[] { (1, 1), (40, 10), (10, 40) })
        {
            model.TrimMemory();
            model.Score(samples.Tokens(source, shape.SourceVocabularySize), samples.Tokens(target, shape.TargetVocabularySize));
            Assert.Equal(Bytes(shape, [source], Math.Max(source, target), Math.Min(target, 24), beam: 1, target, threads: 1), model.IdleMemory);
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Weights_take_what_the_formula_says(string name, WeightPrecision precision)
    {
        DeclaredModel declared = DeclaredModels.Named(name);
        ModelDescription shape = declared.Description;
        using EncoderDecoder model = declared.Load(TensorFile.Write(RandomCheckpoint.Create(shape)), InstructionSet.Portable, precision);
        int attention = AttentionWidth(shape);
        int dimension = shape.ModelDimension;
        var names = new TensorNames(shape);
        bool isTied = names.OutputWeight == names.TargetEmbedding;
        bool isShared = names.SourceEmbedding == names.TargetEmbedding;
        long norm = Panels(dimension) * (shape.Normalization == Normalization.LayerNorm ? 2 : 1) * 4;
        long self = Linear(3 * attention, dimension) + Linear(dimension, attention) + norm;
        long cross = Linear(attention, dimension) + Linear(2 * attention, dimension) + Linear(dimension, attention) + norm;
        long feedForward = Linear(FirstFeedForward(shape), dimension) + Linear(dimension, shape.FeedForwardDimension, mayHaveFourBits: !shape.LargeActivations) + norm;
        long expected = (shape.EncoderLayers * (self + feedForward)) + (shape.DecoderLayers * (self + cross + feedForward));
        expected += Embedding(shape.SourceVocabularySize) + (isShared ? 0 : Embedding(shape.TargetVocabularySize));
        expected += isTied && precision == WeightPrecision.Float32
            ? Panels(shape.TargetVocabularySize) * 4
            : Linear(shape.TargetVocabularySize, dimension, mayHaveFourBits: false);
        if (shape.ScreensOutput && (!LayoutFacts.IsQuantizedWith(precision) || dimension > 128))
        {
            expected += LayoutFacts.IsQuantizedWith(precision)
                ? Aligned(Panels(shape.TargetVocabularySize) * (long)RoundUp(dimension, 8) / 2) + (Panels(shape.TargetVocabularySize) * 2 * 4) + 64
                : Aligned(Panels(shape.TargetVocabularySize) * (long)Int8Inputs(dimension)) + (Panels(shape.TargetVocabularySize) * 3 * 4) + 64;
        }

        if (shape.PositionalEncoding == PositionalEncoding.Relative)
        {
            expected += (Panels((2 * shape.MaxSourceLength) - 1 + 16) + Panels(shape.MaxTargetLength + 16)) * shape.Heads * 4L;
        }

        if (shape.PositionalEncoding == PositionalEncoding.Rotary)
        {
            expected += Math.Max(shape.MaxSourceLength, shape.MaxTargetLength) * 2 * Panels((shape.RotaryDimension + 1) / 2) * 4L;
        }

        expected += (long)shape.ModelStride * 4 * shape.PositionalEncoding switch
        {
            PositionalEncoding.None or PositionalEncoding.Relative or PositionalEncoding.Rotary => 0,
            PositionalEncoding.Learned => shape.MaxSourceLength + shape.MaxTargetLength,
            _ => Math.Max(shape.MaxSourceLength, shape.MaxTargetLength),
        };
        expected += ((shape.EmbeddingNorm ? 2 : 0) + (shape.FinalNorm ? 2 : 0)) * norm;
        Assert.Equal(expected, model.WeightMemory);

        long Embedding(int tokens) => (long)Panels(tokens) * dimension * 4;

        // Random weights bear 4 bits in every layer; groups have 32 inputs, and a scale of two bytes for each column.
        long Linear(int outputs, int inputs, bool mayHaveFourBits = true) => precision switch
        {
            WeightPrecision.Int4 when mayHaveFourBits && dimension >= 256 =>
                (Panels(outputs) * 4) + Aligned(Panels(outputs) * (RoundUp(inputs, 32) / 32) * 2L) + (Panels(outputs) * (long)RoundUp(inputs, 32) / 2),
            WeightPrecision.Float32 => Panels(outputs) * ((inputs * 4L) + 4),
            WeightPrecision.BFloat16 => Aligned(Panels(outputs) * inputs * 2L) + (Panels(outputs) * 4),
            _ => Aligned(Panels(outputs) * (long)Int8Inputs(inputs)) + (Panels(outputs) * (4 + 4)),
        };

        int Int8Inputs(int inputs) => dimension <= 128 ? RoundUp(inputs, 2) : RoundUp(inputs, 8);
    }

    [Fact]
    public void Parallel_greedy_search_takes_what_the_formula_says()
    {
        ModelDescription shape = GoldenMarian.Description;
        using GoldenMarian model = GoldenMarian.Load(TensorFile.Write(RandomCheckpoint.Create(shape)));
        var options = new GenerationOptions { MaxLength = 9, ParallelGreedy = true };
        long weights = model.WeightMemory;
        model.Generate([4, 5, 6], options);
        Assert.Equal(Bytes(shape, [3], rows: 10, logitsRows: 10, beam: 1, targetLength: 9, threads: 1), model.IdleMemory);
        Assert.Equal(model.IdleMemory, model.CallMemory(1, 3, options));

        int attention = AttentionWidth(shape), dimension = shape.ModelDimension, wide = shape.FeedForwardDimension;
        long layer = Linear(3 * attention, dimension) + Linear(dimension, attention) + Linear(attention, dimension) + Linear(dimension, attention)
            + Linear(wide, dimension) + Linear(dimension, wide);
        Assert.Equal(weights + (shape.DecoderLayers * layer) + (shape.ScreensOutput ? 0 : Linear(shape.TargetVocabularySize, dimension)), model.WeightMemory);

        long Linear(int outputs, int inputs) => Aligned(Panels(outputs) * (long)RoundUp(inputs, dimension <= 128 ? 2 : 8)) + Aligned(Panels(outputs) * 4L);
    }

    [Fact]
    public void Memory_of_ended_calls_is_kept_until_it_is_trimmed()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        Assert.Equal(0, model.IdleMemory);
        GenerationResult expected = model.Generate([4, 5, 6]);
        long kept = model.IdleMemory;
        Assert.Equal(model.CallMemory(1, 3), kept);

        // A call that runs has the memory; it leaves it when it ends, though everything was trimmed meanwhile.
        using (IEnumerator<GeneratedToken> tokens = model.Stream([4, 5, 6]).GetEnumerator())
        {
            Assert.True(tokens.MoveNext());
            Assert.Equal(0, model.IdleMemory);
            model.TrimMemory();
            ResultAssert.Same(expected, model.Generate([4, 5, 6]), "beside a call that runs");
            Assert.Equal(kept, model.IdleMemory);
        }

        Assert.Equal(2 * kept, model.IdleMemory);
        model.TrimMemory();
        Assert.Equal(0, model.IdleMemory);
        ResultAssert.Same(expected, model.Generate([4, 5, 6]), "after trimming");
    }

    [Fact]
    public void What_no_call_can_be_has_no_size()
    {
        using GoldenVanilla model = GoldenVanilla.Load(TensorFile.Write(RandomCheckpoint.Create(GoldenVanilla.Description)));
        Assert.Equal("sources", Assert.Throws<ArgumentOutOfRangeException>(() => model.CallMemory(0, 5)).ParamName);
        Assert.Equal("sourceLength", Assert.Throws<ArgumentOutOfRangeException>(() => model.CallMemory(1, 0)).ParamName);
        Assert.Equal("sourceLength", Assert.Throws<ArgumentOutOfRangeException>(() => model.CallMemory(1, 65)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.CallMemory(1, 5, new GenerationOptions { MaxLength = 65 }));
        Assert.Equal(model.CallMemory(64, 64), model.CallMemory(2_000_000, 64));
    }

    /// <summary>The formula for a call.</summary>
    private static long Bytes(ModelDescription shape, int[] sources, int rows, int logitsRows, int beam, int targetLength, int threads)
    {
        int attention = AttentionWidth(shape);
        int wide = Math.Max(3 * attention, shape.GatedFeedForward ? FirstFeedForward(shape) : shape.FeedForwardStride);
        int gated = shape.GatedFeedForward ? shape.FeedForwardStride : 0;
        long activations = rows * (((2L * shape.ModelStride) + wide + gated + shape.AttentionStride) * 4 + shape.QuantizedStride);
        long logits = logitsRows * (long)Panels(shape.TargetVocabularySize) * 4;
        long scratch = threads * (RoundUp(shape.AttentionScratch, 16) + Cache(sources.Max())) * 4;
        long caches = shape.DecoderLayers * (sources.Sum(Cache) + (sources.Length * beam * Cache(targetLength))) * 4;
        return activations + logits + scratch + caches;

        long Cache(int positions) => (long)attention * (RoundUp(positions, 32) + positions);
    }

    private static int AttentionWidth(ModelDescription shape) => shape.Heads * Panels(shape.HeadDimension);

    /// <summary>The outputs of a feed-forward block's first layer: the gate has whole panels, and so has what it is multiplied with.</summary>
    private static int FirstFeedForward(ModelDescription shape) => shape.GatedFeedForward ? 2 * Panels(shape.FeedForwardDimension) : shape.FeedForwardDimension;

    private static int Panels(int columns) => RoundUp(columns, 16);

    private static long Aligned(long bytes) => (bytes + 63) / 64 * 64;

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
