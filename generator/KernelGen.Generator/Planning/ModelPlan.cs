using KernelGen.Generator.Specification;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Generator.Planning;

/// <summary>Everything that the emitters need to know of a model beyond its specification: strides, linear kernels, attention.</summary>
internal sealed class ModelPlan
{
    public ModelPlan(ModelSpecification specification)
    {
        Specification = specification;
        Recipe = ModelRecipe.Of(specification);
        ModelLayout layout = Recipe.Layout;
        Attention = new AttentionPlan(
            specification.Heads, specification.HeadDimension, specification.ScaleScores, layout.HeadWidth, layout.AttentionStride, layout.ScoreStride, specification.MaxSourceLength);
        Int8 = Int8Layout.For(specification.ModelDimension, hasLargeInputs: false);
        Linears = [.. Recipe.Shapes.Select(shape => LinearPlan.Of(shape, Int8Layout.For(specification.ModelDimension, shape.HasLargeInputs), Recipe.Shapes))];
        Logits = Linears[Recipe.OutputSlot.Shape];
        IReadOnlyList<LinearShape> training = specification.Trainable ? TrainingShapes.Of(Recipe).Shapes : [];
        TrainingLinears = [.. training.Select(shape => LinearPlan.OfTraining(shape, Linears, Int8, training))];
    }

    public ModelSpecification Specification { get; }

    /// <summary>The operations of the model, and the slots of its weights.</summary>
    public ModelRecipe Recipe { get; }

    public int ModelStride => Recipe.Layout.ModelStride;

    public int AttentionStride => Recipe.Layout.AttentionStride;

    public int FeedForwardStride => Recipe.Layout.FeedForwardStride;

    public int LogitsStride => Recipe.Layout.LogitsStride;

    /// <summary>The format in which 8-bit weights are multiplied, except by linear kernels that have another of their own.</summary>
    public Int8Layout Int8 { get; }

    /// <summary>Every format that some linear kernel has, <see cref="Int8"/> first.</summary>
    public IReadOnlyList<Int8Layout> Int8Formats => [.. Linears.Select(static linear => linear.Int8).Prepend(Int8).Distinct()];

    /// <summary>
    /// Where in a row of quantised inputs, in bytes, its scale stands (a float), and behind it the value with which its sums begin (an integer): in a cache
    /// line of their own after the inputs of the widest linear kernel.
    /// </summary>
    public int QuantizedScale => RoundUp(Linears.Max(static linear => linear.Int8.RowBytes(linear.Input)), Int8Layout.RowTail);

    /// <summary>From row to row of quantised inputs, in bytes.</summary>
    public int QuantizedStride => QuantizedScale + Int8Layout.RowTail;

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
    public bool PrefetchesPanels => Recipe.Slots.Where(static slot => slot.IsReadInEachStep).Sum(slot => Linears[slot.Shape].WeightCount) >= 1 << 20;

    /// <summary>
    /// Whether attention of few rows prefetches the next head. Measured: with 6 decoder layers, 512 wide, the caches of many sequences do not stay near,
    /// and cross-attention takes a fifth less time; with 3 layers, 256 wide, they do, and it takes some percent more.
    /// </summary>
    public bool PrefetchesHeads => Specification.Heads > 1 && Specification.DecoderLayers * Attention.Width >= 2048;

    public AttentionPlan Attention { get; }

    /// <summary>The linear kernels, by the numbers of their shapes.</summary>
    public IReadOnlyList<LinearPlan> Linears { get; }

    /// <summary>The linear kernels that train the model, by the numbers of their shapes; none where it is not trained.</summary>
    public IReadOnlyList<LinearPlan> TrainingLinears { get; }

    /// <summary>The kernel of the output projection.</summary>
    public LinearPlan Logits { get; }

    /// <summary>The functions that are applied to blocks of columns, each once.</summary>
    public IReadOnlyList<Activation> BlockFunctions =>
        [.. Linears.Select(static linear => linear.Epilogue).OfType<LinearEpilogue.BlockActivation>().Select(static epilogue => epilogue.Function).Distinct().OrderBy(static function => function)];

    /// <summary>The function that a gate applies, where feed-forward blocks are gated. Where those of both stacks are, it is one.</summary>
    public Activation? GateFunction => Specification.GatedFeedForward ? Specification.Activation : Specification.DecoderGatedFeedForward ? Specification.DecoderActivation : null;

    /// <summary>The functions of one vector that some kernel applies, each once.</summary>
    public IReadOnlyList<Activation> VectorFunctions
    {
        get
        {
            IReadOnlyList<Activation> ofBlocks = BlockFunctions;
            return GateFunction is not { } ofGate || ofGate == Activation.Relu || ofBlocks.Contains(ofGate) ? ofBlocks : [.. ofBlocks, ofGate];
        }
    }

    /// <summary>Floats of scratch for the attention kernels of whichever instruction set needs most.</summary>
    public int AttentionScratch => VectorSet.All.Max(Attention.Scratch);

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
