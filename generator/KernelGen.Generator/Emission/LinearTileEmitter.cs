using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the tiles of linear kernels, which are generic over the epilogue, and over the precision in which the panels are stored.</summary>
internal sealed class LinearTileEmitter : TileEmitter
{
    public LinearTileEmitter(KernelContext context, TileFamily family)
        : base(context, family)
    {
    }

    protected override string TypeParameters => KernelContext.LinearArguments;

    protected override string Constraints => KernelContext.LinearConstraints;

    protected override string Parameters => "byte* panels, float* bias, float* residual, float* output";

    protected override string Arguments(int weights, int column) =>
        (weights == 0 ? "panels" : $"panels + ({Distance(weights)})")
        + string.Concat(new[] { "bias", "residual", "output" }.Select(pointer => ", " + KernelContext.Offset(pointer, column)));

    protected override string NextOutput(int rows) => KernelContext.NextRows(rows);

    protected override string NextOutputOfStep => KernelContext.NextRows("step * ");

    protected override string InitialSumOf(int row, int column) =>
        row == 0 ? Context.At(KernelContext.Offset("bias", column * Context.Vectors.Lanes)) : $"sum0_{column}";

    protected override string Weight(int offset) => $"Weight<TPrecision>(panels, {offset})";

    protected override string Distance(int weights) => $"{weights} * TPrecision.WeightSize";

    /// <summary>The panels of the next group: while these are computed, those come from memory.</summary>
    protected override void EmitPrefetch(SourceWriter writer, IEnumerable<int> distances)
    {
        if (Context.Plan.PrefetchesPanels)
        {
            writer.Write(string.Join(" ", distances.Select(distance => $"Hints_.ReadSoon(panels + ({Distance(distance)}));")));
        }
    }

    protected override string Store(int row, IEnumerable<int> columns) =>
        $"Store<TEpilogue>({string.Join(", ", columns.Select(column => $"sum{row}_{column}"))}, residual, output, {row});";
}
