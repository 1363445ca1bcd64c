using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Planning;

/// <summary>Everything that the emitters need to know of a model beyond its specification: strides, linear kernels, attention.</summary>
internal sealed class ModelPlan
{
    private const int CacheLine = 64;

    public ModelPlan(ModelSpecification specification)
    {
        Specification = specification;
        int headWidth = RoundUp(specification.HeadDimension, VectorSet.PanelWidth);
        int attentionWidth = specification.Heads * headWidth;
        ModelStride = RowStride(specification.ModelDimension);
        AttentionStride = RowStride(attentionWidth);
        FeedForwardStride = RowStride(specification.FeedForwardDimension);
        LogitsStride = RoundUp(specification.TargetVocabularySize, VectorSet.PanelWidth);
        int longest = Math.Max(specification.MaxSourceLength, specification.MaxTargetLength);
        Attention = new AttentionPlan(specification.Heads, specification.HeadDimension, headWidth, AttentionStride, RoundUp(longest, 2 * VectorSet.PanelWidth));

        int model = specification.ModelDimension;
        Int8 = Int8Plan.For(model);
        QueryKeyValue = new LinearPlan("QueryKeyValue", model, 3 * attentionWidth, ModelStride, 3 * attentionWidth, new LinearEpilogue.Identity(), Int8);
        CrossQuery = new LinearPlan("CrossQuery", model, attentionWidth, ModelStride, attentionWidth, new LinearEpilogue.Identity(), Int8);
        CrossKeyValue = new LinearPlan("CrossKeyValue", model, 2 * attentionWidth, ModelStride, 2 * attentionWidth, new LinearEpilogue.Identity(), Int8);
        AttentionOutput = new LinearPlan("AttentionOutput", attentionWidth, model, AttentionStride, ModelStride, new LinearEpilogue.Residual(), Int8);
        FeedForwardExpand = new LinearPlan("FeedForwardExpand", model, specification.FeedForwardDimension, ModelStride, FeedForwardStride, LinearEpilogue.Of(specification.Activation), Int8);
        FeedForwardContract = new LinearPlan("FeedForwardContract", specification.FeedForwardDimension, model, FeedForwardStride, ModelStride, new LinearEpilogue.Residual(), Int8);
        Logits = new LinearPlan("Logits", model, specification.TargetVocabularySize, ModelStride, LogitsStride, new LinearEpilogue.Identity(), Int8);
    }

    public ModelSpecification Specification { get; }

    public int ModelStride { get; }

    public int AttentionStride { get; }

    public int FeedForwardStride { get; }

    public int LogitsStride { get; }

    /// <summary>The format in which 8-bit weights are multiplied, except by linear kernels that have another of their own.</summary>
    public Int8Plan Int8 { get; }

    /// <summary>Every format that some linear kernel has, <see cref="Int8"/> first.</summary>
    public IReadOnlyList<Int8Plan> Int8Formats => [.. Linears.Select(static linear => linear.Int8).Prepend(Int8).Distinct()];

    /// <summary>
    /// Where in a row of quantised inputs, in bytes, its scale stands (a float), and behind it the value with which its sums begin (an integer): in a cache
    /// line of their own after the inputs of the widest linear kernel.
    /// </summary>
    public int QuantizedScale => RoundUp(Linears.Max(static linear => linear.Input * linear.Int8.InputSize), CacheLine);

    /// <summary>From row to row of quantised inputs, in bytes.</summary>
    public int QuantizedStride => QuantizedScale + CacheLine;

    /// <summary>
    /// Whether the best token is looked for in a smaller copy of the output projection first. With fewer weights the projection is in a near cache, and
    /// what comes on top costs as much as reading them.
    /// </summary>
    public bool ScreensOutput => (long)Specification.ModelDimension * Specification.TargetVocabularySize >= 1 << 18;

    /// <summary>Whether the smaller copy of 8-bit weights is their upper bits; of other weights it is the 8-bit ones.</summary>
    public bool ScreensUpperBits => ScreensOutput && Logits.Int8.HasUpperBits;

    /// <summary>
    /// Whether linear kernels prefetch the panels that come next: where the weights that a decoding step reads do not stay in a second-level cache, whatever
    /// their precision. Measured: one row of 8-bit weights comes a quarter faster from memory, and a fifth slower from that cache.
    /// </summary>
    public bool PrefetchesPanels => Logits.WeightCount
        + (Specification.DecoderLayers
            * (QueryKeyValue.WeightCount + (2 * AttentionOutput.WeightCount) + CrossQuery.WeightCount + FeedForwardExpand.WeightCount + FeedForwardContract.WeightCount))
        >= 1 << 20;

    /// <summary>
    /// Whether attention of few rows prefetches the next head. Measured: with 6 decoder layers, 512 wide, the caches of many sequences do not stay near,
    /// and cross-attention takes a fifth less time; with 3 layers, 256 wide, they do, and it takes some percent more.
    /// </summary>
    public bool PrefetchesHeads => Specification.Heads > 1 && Specification.DecoderLayers * Attention.Width >= 2048;

    public AttentionPlan Attention { get; }

    public LinearPlan QueryKeyValue { get; }

    public LinearPlan CrossQuery { get; }

    public LinearPlan CrossKeyValue { get; }

    public LinearPlan AttentionOutput { get; }

    public LinearPlan FeedForwardExpand { get; }

    public LinearPlan FeedForwardContract { get; init; }

    public LinearPlan Logits { get; }

    /// <summary>The linear kernels, in the order of a layer.</summary>
    public IReadOnlyList<LinearPlan> Linears =>
        [QueryKeyValue, AttentionOutput, CrossQuery, CrossKeyValue, FeedForwardExpand, FeedForwardContract, Logits];

    /// <summary>The function that is applied to blocks of columns, where there is one. All kernels that have one have the same.</summary>
    public LinearEpilogue.BlockActivation? BlockActivation =>
        Linears.Select(static linear => linear.Epilogue).OfType<LinearEpilogue.BlockActivation>().Distinct().SingleOrDefault();

    /// <summary>Floats of scratch for the attention kernels of whichever instruction set needs most.</summary>
    public int AttentionScratch => VectorSet.All.Max(Attention.Scratch);

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>
    /// From row to row of a linear kernel's input. Rows whose distance is a multiple of 4096 bytes fall into the same set of an 8-way L1 cache, and a
    /// tile reads up to 12 of them at once: such rows are put one vector further apart.
    /// </summary>
    private static int RowStride(int width)
    {
        int stride = RoundUp(width, VectorSet.PanelWidth);
        return stride % 1024 == 0 ? stride + VectorSet.PanelWidth : stride;
    }
}
