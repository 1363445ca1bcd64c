using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.Training;

/// <summary>
/// Writes the tiles of the gradient of weights. What other tiles call rows are inputs here, side by side in memory, and k counts the rows of the batch; the panels
/// are those of the copied gradient of the outputs.
/// </summary>
internal sealed class WeightGradientTileEmitter : TileEmitter
{
    private readonly int _panels;

    public WeightGradientTileEmitter(KernelContext context, int panels)
        : base(context, Family(panels)) => _panels = panels;

    protected override string TypeParameters => "";

    protected override string Constraints => "";

    protected override string Parameters => "nint inputStride, float* panels, bool accumulates, nint panelLength, float* output";

    protected override string FurtherParameters => ", float* next, int nextStride, int nextRows";

    protected override string NextInput => "input += inputStride";

    protected override bool InputsLieTogether => false;

    /// <summary>The tiles of some panels side by side.</summary>
    public static TileFamily Family(int panels) =>
        new("WeightGradient", null, InputStride: 1, StepStride: panels * VectorSet.PanelWidth, PanelStride: VectorSet.PanelWidth);

    protected override string Arguments(int weights, int column) => "inputStride, panels, accumulates, panelLength, output";

    protected override string NextOutput(int rows) => $"output += {rows * VectorSet.PanelWidth}";

    protected override string InitialSumOf(int row, int column) => $"{Context.Floats}.Zero";

    /// <summary>One decision for all sums: one for each takes a twentieth of the time.</summary>
    protected override void EmitOtherInitialSums(SourceWriter writer, int rows, IReadOnlyList<int> columns)
    {
        using (writer.Open("if (accumulates)"))
        {
            writer.Write(string.Join(" ", Enumerable.Range(0, rows).SelectMany(row => columns.Select(column => $"sum{row}_{column} = {Output(row, column)};"))));
        }

        writer.Write();
    }

    /// <summary>
    /// Inputs are read in place, from the second-level cache. Two rows ahead is what measures best; without, AVX2 tiles take a tenth longer where a block of rows does
    /// not fit into that cache.
    /// </summary>
    protected override void EmitPrefetch(SourceWriter writer, IEnumerable<int> distances) => writer.Write("Hints_.ReadNext(input + (2 * inputStride));");

    /// <summary>The gradients of the next panels, a few rows before each tile: all tiles of a group wait for its copy. With cold caches it is a twentieth of the time.</summary>
    protected override void EmitBeforeTile(SourceWriter writer, int rows)
    {
        if (rows == Context.Vectors.TallRows)
        {
            using (writer.Open($"for (int row = 0; row < {rows} && nextRows > 0; row++, nextRows--, next += nextStride)"))
            {
                writer.Write(string.Join(" ", Enumerable.Range(0, _panels).Select(static panel => $"Hints_.ReadSoon({KernelContext.Offset("next", panel * VectorSet.PanelWidth)});")));
            }

            writer.Write();
        }
    }

    protected override string Weight(int offset) => Context.At(KernelContext.Offset("panels", offset));

    protected override string Distance(int weights) => $"{weights}";

    protected override string Store(int row, IEnumerable<int> columns) => string.Join(" ", columns.Select(column => $"{Output(row, column)} = sum{row}_{column};"));

    private string Output(int row, int column)
    {
        int panel = column / Context.Vectors.VectorsPerPanel;
        string place = panel == 0 ? "output" : panel == 1 ? "output + panelLength" : $"output + ({panel} * panelLength)";
        return Context.At(KernelContext.Offset(place, (row * VectorSet.PanelWidth) + (column % Context.Vectors.VectorsPerPanel * Context.Vectors.Lanes)));
    }
}
