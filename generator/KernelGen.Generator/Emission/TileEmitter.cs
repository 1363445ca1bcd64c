using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes register tiles: rows × panels of 16 columns whose sums stay in registers over the whole of k. Each sum is one chain of fused
/// multiply-adds in ascending k, so neither the tile's shape nor the vectors' width shows in the bits.
/// </summary>
internal static class TileEmitter
{
    /// <summary>Writes the methods that cover any number of rows, and the tiles that they share, each once.</summary>
    public static void Emit(SourceWriter writer, KernelContext context, params IReadOnlyList<(TileFamily Family, TileShape Shape)> groups)
    {
        var written = new HashSet<string>();
        foreach ((TileFamily family, TileShape shape) in groups.Where(group => written.Add(RowsName(group.Family, group.Shape.Panels))))
        {
            EmitRows(writer, family, shape);
            writer.Write();
            foreach ((int rows, int panels) in shape.Tiles.Where(tile => written.Add(TileName(family, tile.Panels, tile.Rows))))
            {
                EmitTile(writer, context, family, shape, panels, rows);
                writer.Write();
            }
        }
    }

    /// <summary>The method that covers any number of rows, for one group of panels.</summary>
    public static string RowsName(TileFamily family, int panels) => $"{family.Name}RowsBy{panels * VectorSet.PanelWidth}";

    private static string TileName(TileFamily family, int panels, int rows) => $"{family.Name}Of{rows}By{panels * VectorSet.PanelWidth}";

    private static string Parameters(TileFamily family, bool withRows) =>
        "float* input, "
        + (withRows ? "int rows, " : "")
        + (family.Length == 0 ? "int length, " : "")
        + (family.IsLinear ? "byte* panels, " : "float* panels, ")
        + (family.Initial == InitialSum.Bias ? "float* bias, " : "")
        + (family.IsLinear ? "float* residual, " : "")
        + "float* output";

    private static string Generic(TileFamily family) => family.IsLinear ? KernelContext.LinearArguments : "";

    private static string Constraint(TileFamily family) => family.IsLinear ? KernelContext.LinearConstraints : "";

    private static void EmitRows(SourceWriter writer, TileFamily family, TileShape shape)
    {
        writer.Write($"/// <summary>{shape.Panels * VectorSet.PanelWidth} columns for any number of rows: the tallest tile that fits, again and again.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {RowsName(family, shape.Panels)}{Generic(family)}({Parameters(family, withRows: true)}){Constraint(family)}"))
        {
            foreach ((int rows, int panels) in shape.Tiles)
            {
                string outputs = family.IsLinear
                    ? $"residual += {rows} * TEpilogue.ResidualStride, output += {rows} * TEpilogue.OutputStride"
                    : $"output += {rows * family.OutputStride}";
                using (writer.Open($"for (; rows >= {rows}; rows -= {rows}, input += {rows * family.InputStride}, {outputs})"))
                {
                    for (int panel = 0; panel < shape.Panels; panel += panels)
                    {
                        int column = panel * VectorSet.PanelWidth;
                        string weights = panel == 0 ? "panels" : $"panels + {panel * family.PanelStride}{(family.IsLinear ? " * TPrecision.WeightSize" : "")}";
                        string arguments = "input, "
                            + (family.Length == 0 ? "length, " : "")
                            + $"{weights}, "
                            + (family.Initial == InitialSum.Bias ? $"{KernelContext.Offset("bias", column)}, " : "")
                            + (family.IsLinear ? $"{KernelContext.Offset("residual", column)}, " : "")
                            + KernelContext.Offset("output", column);
                        writer.Write($"{TileName(family, panels, rows)}{Generic(family)}({arguments});");
                    }
                }
            }
        }
    }

    private static void EmitTile(SourceWriter writer, KernelContext context, TileFamily family, TileShape shape, int panels, int rows)
    {
        VectorSet vectors = context.Vectors;
        int columns = panels * vectors.VectorsPerPanel;
        string length = family.Length == 0 ? "length" : family.Length.ToString();
        int PanelOffset(int column) => (column / vectors.VectorsPerPanel * family.PanelStride) + (column % vectors.VectorsPerPanel * vectors.Lanes);
        IEnumerable<int> allColumns = Enumerable.Range(0, columns);

        writer.Write($"/// <summary>{rows} × {panels * VectorSet.PanelWidth}: {rows * columns} sums in registers over {length} products.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {TileName(family, panels, rows)}{Generic(family)}({Parameters(family, withRows: false)}){Constraint(family)}"))
        {
            for (int row = 0; row < rows; row++)
            {
                writer.Write($"{context.Floats} " + string.Join(", ", allColumns.Select(column => $"sum{row}_{column} = {Initial(row, column)}")) + ";");
            }

            string Initial(int row, int column) => family.Initial switch
            {
                InitialSum.Bias => row == 0 ? context.At(KernelContext.Offset("bias", column * vectors.Lanes)) : $"sum0_{column}",
                InitialSum.Output => context.At(KernelContext.Offset("output", (row * family.OutputStride) + (column * vectors.Lanes))),
                _ => $"{context.Floats}.Zero",
            };

            using (writer.Open($"for (int k = 0; k < {length}; k++)"))
            {
                if (rows > 1)
                {
                    writer.Write($"{context.Floats} " + string.Join(", ", allColumns.Select(column => $"weight{column} = {Weight(column)}")) + ";");
                }

                string Weight(int column) => family.IsLinear
                    ? $"Weight<TPrecision>(panels, {PanelOffset(column)})"
                    : context.At(KernelContext.Offset("panels", PanelOffset(column)));

                if (family.IsLinear && context.Plan.PrefetchesPanels)
                {
                    // The panels of the next group: while these are computed, those come from memory.
                    writer.Write(string.Join(" ", Enumerable.Range(0, panels).Select(panel =>
                        $"Hints_.ReadSoon(panels + ({(shape.Panels + panel) * family.PanelStride} * TPrecision.WeightSize));")));
                }

                for (int row = 0; row < rows; row++)
                {
                    string factor = $"{context.Simd}.Create(input[{row * family.InputStride}])";
                    if (columns > 1)
                    {
                        writer.Write($"{context.Floats} input{row} = {factor};");
                        factor = $"input{row}";
                    }

                    writer.Write(string.Join(" ", allColumns.Select(column =>
                    {
                        string weight = rows > 1 ? $"weight{column}" : Weight(column);
                        return $"sum{row}_{column} = {context.FusedMultiplyAdd}({factor}, {weight}, sum{row}_{column});";
                    })));
                }

                writer.Write("input++;");
                writer.Write($"panels += {family.StepStride}{(family.IsLinear ? " * TPrecision.WeightSize" : "")};");
            }

            for (int row = 0; row < rows; row++)
            {
                writer.Write(family.IsLinear
                    ? $"Store<TEpilogue>({string.Join(", ", allColumns.Select(column => $"sum{row}_{column}"))}, residual, output, {row});"
                    : string.Join(" ", allColumns.Select(column =>
                        $"{context.At(KernelContext.Offset("output", (row * family.OutputStride) + (column * vectors.Lanes)))} = sum{row}_{column};")));
            }
        }
    }
}
