using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the tiles of attention, whose panels are floats of the caches and whose output is stored as it is.</summary>
internal sealed class AttentionTileEmitter : TileEmitter
{
    private readonly AttentionTileFamily _family;

    public AttentionTileEmitter(KernelContext context, AttentionTileFamily family)
        : base(context, family) => _family = family;

    protected override string TypeParameters => "";

    protected override string Constraints => "";

    protected override string Parameters => "float* panels, float* output";

    protected override string Arguments(int weights, int column) => $"{KernelContext.Offset("panels", weights)}, {KernelContext.Offset("output", column)}";

    protected override string NextOutput(int rows) => $"output += {rows * _family.OutputStride}";

    protected override string InitialSumOf(int row, int column) => _family.Initial switch
    {
        InitialSum.Zero => $"{Context.Floats}.Zero",
        InitialSum.Output => Output(row, column),
        _ => throw new InvalidOperationException($"{_family.Initial} is no initial sum."),
    };

    protected override string Weight(int offset) => Context.At(KernelContext.Offset("panels", offset));

    protected override string Distance(int weights) => $"{weights}";

    protected override string Store(int row, IEnumerable<int> columns) =>
        string.Join(" ", columns.Select(column => $"{Output(row, column)} = sum{row}_{column};"));

    private string Output(int row, int column) => Context.At(KernelContext.Offset("output", (row * _family.OutputStride) + (column * Context.Vectors.Lanes)));
}
