using KernelGen.Generator.Specification;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Generator.Planning;

/// <summary>Everything that the emitters need to know of a model beyond its specification: strides, linear kernels, attention.</summary>
internal sealed record ModelPlan : KernelPlan
{
    public ModelPlan(ModelSpecification specification)
    {
        Specification = specification;
        Recipe = ModelRecipe.Of(specification);
        ModelLayout layout = Recipe.Layout;
        Attention = new AttentionPlan(
            specification.Heads, specification.HeadDimension, specification.ScaleScores, layout.HeadWidth, layout.AttentionStride, layout.ScoreStride, specification.MaxSourceLength);
        Int8 = Int8Layout.For(specification.ModelDimension, hasLargeInputs: false);
        Linears =
        [
            .. Recipe.Shapes.Select((shape, number) => LinearPlan.Of(shape, Int8Layout.For(specification.ModelDimension, shape.HasLargeInputs), Recipe.Shapes) with
            {
                HasFourBits = Recipe.Slots.Any(slot => slot.Shape == number && slot.MayHaveFourBits),
            }),
        ];
        Norm = new NormPlan(specification.Normalization, specification.HasShift, specification.ModelDimension, specification.LayerNormEpsilon, layout.ModelStride);
        Embedding = new EmbeddingPlan(specification.ModelDimension, specification.ScaleEmbedding, specification.AddsPositions);
        LogitsStride = layout.LogitsStride;
        HasPositionBias = specification.PositionalEncoding == PositionalEncoding.Relative;
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

    /// <summary>
    /// Whether the best token is looked for in a smaller copy of the output projection first. With fewer weights the projection is in a near cache, and
    /// what comes on top costs as much as reading them.
    /// </summary>
    public bool ScreensOutput => (long)Specification.ModelDimension * Specification.TargetVocabularySize >= 1 << 18;

    /// <summary>Whether the smaller copy of 8-bit weights is their upper bits; of other weights it is the 8-bit ones.</summary>
    public bool ScreensUpperBits => ScreensOutput && Logits.Int8.HasUpperBits;

    /// <inheritdoc/>
    public override bool PrefetchesPanels => Recipe.Slots.Where(static slot => slot.IsReadInEachStep).Sum(slot => Linears[slot.Shape].WeightCount) >= ManyWeights;

    /// <inheritdoc/>
    public override bool PrefetchesHeads => Recipe.Layout.ReadsHeadsAhead;

    /// <summary>The linear kernels that train the model, by the numbers of their shapes; none where it is not trained.</summary>
    public IReadOnlyList<LinearPlan> TrainingLinears { get; }

    /// <summary>The kernel of the output projection.</summary>
    public LinearPlan Logits { get; }

    /// <summary>The function that a gate applies, where feed-forward blocks are gated. Where those of both stacks are, it is one.</summary>
    public Activation? GateFunction => Specification.GatedFeedForward ? Specification.Activation : Specification.DecoderGatedFeedForward ? Specification.DecoderActivation : null;

    /// <inheritdoc/>
    public override IReadOnlyList<Activation> VectorFunctions
    {
        get
        {
            IReadOnlyList<Activation> ofBlocks = BlockFunctions;
            return GateFunction is not { } ofGate || ofGate == Activation.Relu || ofBlocks.Contains(ofGate) ? ofBlocks : [.. ofBlocks, ofGate];
        }
    }
}
