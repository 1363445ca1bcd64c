using KernelGen.Layout;

namespace KernelGen.Generator.Planning;

/// <summary>
/// What emitters write kernels from, whoever calls these: a model (<see cref="ModelPlan"/>), or a program that asks for single kernels
/// (<see cref="Kernels.KernelSetPlan"/>).
/// </summary>
internal abstract record KernelPlan
{
    /// <summary>From how many weights on a program's kernels read more than stays in a second-level cache.</summary>
    protected const long ManyWeights = 1 << 20;

    /// <summary>The linear kernels, by the numbers of their shapes.</summary>
    public IReadOnlyList<LinearPlan> Linears { get; init; } = [];

    /// <summary>The format in which 8-bit weights are multiplied, except by linear kernels that have another of their own.</summary>
    public Int8Layout Int8 { get; init; } = Int8Layout.Bytes;

    /// <summary>The attention kernels.</summary>
    public AttentionPlan Attention { get => field ?? throw Missing(nameof(Attention)); init; }

    /// <summary>The norm.</summary>
    public NormPlan Norm { get => field ?? throw Missing(nameof(Norm)); init; }

    /// <summary>The embedding.</summary>
    public EmbeddingPlan Embedding { get => field ?? throw Missing(nameof(Embedding)); init; }

    /// <summary>From row to row of logits: what they take, padded to whole panels.</summary>
    public int LogitsStride { get; init; }

    /// <summary>Whether attention adds a number for each distance to its scores.</summary>
    public bool HasPositionBias { get; init; }

    /// <summary>Every format that some linear kernel has, <see cref="Int8"/> first.</summary>
    public IReadOnlyList<Int8Layout> Int8Formats => [.. Linears.Select(static linear => linear.Int8).Prepend(Int8).Distinct()];

    /// <summary>Whether some layer may have 4-bit weights.</summary>
    public bool HasFourBits => Linears.Any(static linear => linear.HasFourBits);

    /// <summary>
    /// Where in a row of quantised inputs, in bytes, its scale stands (a float), and behind it the value with which its sums begin (an integer): in a cache
    /// line of their own after the inputs of the widest linear kernel.
    /// </summary>
    public int QuantizedScale => RoundUp(Linears.Max(static linear => linear.QuantizedBytes), Int8Layout.RowTail);

    /// <summary>From row to row of quantised inputs, in bytes.</summary>
    public int QuantizedStride => QuantizedScale + Int8Layout.RowTail;

    /// <summary>
    /// Whether linear kernels prefetch the panels that come next: where the weights that are read in turn do not stay in a second-level cache, whatever
    /// their precision. Measured: one row of 8-bit weights comes a quarter faster from memory, and a fifth slower from that cache.
    /// </summary>
    public abstract bool PrefetchesPanels { get; }

    /// <summary>Whether attention of few rows prefetches the next head.</summary>
    public abstract bool PrefetchesHeads { get; }

    /// <summary>The functions that are applied to blocks of columns, each once.</summary>
    public IReadOnlyList<Activation> BlockFunctions =>
        [.. Linears.Select(static linear => linear.Epilogue).OfType<LinearEpilogue.BlockActivation>().Select(static epilogue => epilogue.Function).Distinct().OrderBy(static function => function)];

    /// <summary>The functions of one vector that some kernel applies, each once.</summary>
    public abstract IReadOnlyList<Activation> VectorFunctions { get; }

    /// <summary>Floats of scratch for the attention kernels of whichever instruction set needs most.</summary>
    public int AttentionScratch => VectorSet.All.Max(Attention.Scratch);

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    private static InvalidOperationException Missing(string kernel) => new($"These kernels have no {kernel}.");
}
