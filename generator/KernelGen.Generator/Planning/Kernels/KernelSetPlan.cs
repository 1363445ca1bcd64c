using KernelGen.Generator.Specification.Kernels;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Generator.Planning.Kernels;

/// <summary>
/// The single kernels of one class, planned as those of a model are: linear kernels share tiles, and what a model has once, such as its norm, has a name for each
/// shape.
/// </summary>
internal sealed record KernelSetPlan : KernelPlan
{
    private readonly List<LinearKey> _linears = [];
    private readonly List<(string Name, object Plan)> _shapes = [];

    public KernelSetPlan(IEnumerable<KernelSpecification> kernels)
    {
        KernelSpecification[] all = [.. kernels];
        foreach (KernelSpecification kernel in all)
        {
            if (kernel is LinearSpecification linear && !_linears.Contains(KeyOf(linear)))
            {
                _linears.Add(KeyOf(linear));
            }
            else if (PlanOf(kernel) is object plan && !_shapes.Exists(shape => shape.Plan.Equals(plan)))
            {
                _shapes.Add((UnusedName(NameOf(plan)), plan));
            }
        }

        LinearShape[] linearShapes = [.. _linears.Select(static key => key.Shape)];
        List<LinearPlan> linears = [];
        foreach (LinearKey key in _linears)
        {
            LinearPlan plan = LinearPlan.Of(key.Shape, key.Int8, linearShapes) with { HasFourBits = key.Int8 == Int8Layout.Bytes };
            linears.Add(linears.Exists(other => other.Name == plan.Name) ? plan with { Name = $"{plan.Name}Of{key.Int8.InputBits}Bits" } : plan);
        }

        Linears = linears;
        Int8 = linears.Count > 0 ? linears[0].Int8 : Int8Layout.Bytes;
        Functions = [.. all.OfType<ActivationSpecification>().Select(static kernel => kernel.Function).Distinct().OrderBy(static function => function)];
        HasSoftmax = all.Any(static kernel => kernel is SoftmaxSpecification or AttentionSpecification);
    }

    /// <summary>The functions that are kernels of their own.</summary>
    public IReadOnlyList<Activation> Functions { get; }

    /// <summary>Whether some kernel takes the softmax of a row.</summary>
    public bool HasSoftmax { get; }

    /// <summary>Norms, attentions and whatever else a model has once, each with a name: a <see cref="NormPlan"/>, an <see cref="AttentionPlan"/>...</summary>
    public IReadOnlyList<(string Name, object Plan)> Shapes => _shapes;

    /// <summary>Whether some kernel computes at all: masks and embeddings need no functions and no sums.</summary>
    public bool HasArithmetic => Linears.Count > 0 || Functions.Count > 0 || HasSoftmax || _shapes.Exists(static shape => shape.Plan is not EmbeddingPlan);

    /// <inheritdoc/>
    public override bool PrefetchesPanels => Linears.Sum(static linear => linear.WeightCount) >= ManyWeights;

    /// <inheritdoc/>
    public override bool PrefetchesHeads => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Activation> VectorFunctions =>
        [.. BlockFunctions.Concat(Functions).Where(static function => function != Activation.Relu).Distinct().OrderBy(static function => function)];

    /// <summary>The number of a linear kernel.</summary>
    public int NumberOf(LinearSpecification linear) => _linears.IndexOf(KeyOf(linear));

    /// <summary>The name of what a kernel is a shape of.</summary>
    public string ShapeOf(KernelSpecification kernel) => _shapes.Single(shape => shape.Plan.Equals(PlanOf(kernel))).Name;

    /// <summary>The attention of a kernel.</summary>
    public static AttentionPlan PlanOf(AttentionSpecification attention)
    {
        int headWidth = PanelLayout.RoundUp(attention.HeadDimension);
        return new AttentionPlan(
            attention.Heads,
            attention.HeadDimension,
            attention.ScaleScores,
            headWidth,
            OutputStride: attention.Heads * headWidth,
            ScoreStride: PanelLayout.RoundUpToCache(attention.MaxLength),
            LongestSource: attention.MaxLength);
    }

    private static object? PlanOf(KernelSpecification kernel) => kernel switch
    {
        NormSpecification norm => new NormPlan(norm.Normalization, norm.HasShift, norm.Length, norm.Epsilon, PanelLayout.RoundUp(norm.Length)) { TakesShift = true },
        AttentionSpecification attention => PlanOf(attention),
        EmbeddingSpecification embedding => new EmbeddingPlan(embedding.Dimension, embedding.IsScaled, embedding.AddsPositions) { IsOfRows = true },
        SoftmaxSpecification { IsLogarithm: true } softmax => new LogSoftmaxPlan(softmax.Length),
        _ => null,
    };

    private static string NameOf(object plan) => plan switch
    {
        NormPlan { Normalization: Normalization.RootMeanSquare } norm => $"RmsNorm{norm.Dimension}",
        NormPlan norm => $"LayerNorm{norm.Dimension}{(norm.HasShift ? "" : "WithoutShift")}",
        AttentionPlan attention => $"Attention{attention.Heads}Of{attention.HeadDimension}",
        EmbeddingPlan embedding => $"Embedding{embedding.Dimension}{(embedding.AddsPositions ? "PlusPositions" : "")}",
        LogSoftmaxPlan softmax => $"LogSoftmax{softmax.Length}",
        _ => throw new InvalidOperationException($"{plan} has no name."),
    };

    private static LinearKey KeyOf(LinearSpecification linear)
    {
        LinearEffect effect = linear.AddsResidual ? LinearEffect.Residual : linear.Function is null ? LinearEffect.None : LinearEffect.Activation;
        var shape = new LinearShape(linear.Inputs, ModelLayout.RowStride(linear.Inputs), linear.Outputs, PanelLayout.RoundUp(linear.Outputs), effect, HasLargeInputs: false)
        {
            Function = linear.Function,
        };
        return new LinearKey(shape, Int8Layout.OfInputBits(linear.InputBits));
    }

    private string UnusedName(string name) =>
        Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? name : $"{name}Variant{number}").First(candidate => !_shapes.Exists(shape => shape.Name == candidate));

    private sealed record LinearKey(LinearShape Shape, Int8Layout Int8);
}
