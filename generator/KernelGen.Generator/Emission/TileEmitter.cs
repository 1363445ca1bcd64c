using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes register tiles: rows × panels of 16 columns whose sums stay in registers over the whole of k. Each sum is one chain of fused
/// multiply-adds in ascending k, so neither the tile's shape nor the vectors' width shows in the bits.
/// </summary>
internal static class TileEmitter
{
    /// <summary>Writes the tiles of a family, and the method that covers any number of rows with them.</summary>
    public static void Emit(SourceWriter writer, KernelContext context, TileFamily family, int panels, int maxRows = 0)
    {
        int[] rowTiles = [.. context.Vectors.RowTiles.Where(rows => maxRows == 0 || rows <= maxRows)];
        EmitRows(writer, context, family, panels, rowTiles, maxRows == 0 ? family.MaxRows : maxRows);
        foreach (int rows in rowTiles)
        {
            writer.Write();
            EmitTile(writer, context, family, panels, rows);
        }
    }

    /// <summary>The method that covers any number of rows, for one group of panels.</summary>
    public static string RowsName(TileFamily family, int panels) => $"{family.Name}RowsBy{panels * VectorSet.PanelWidth}";

    private static string TileName(TileFamily family, int panels, int rows) => $"{family.Name}Of{rows}By{panels * VectorSet.PanelWidth}";

    private static string Parameters(TileFamily family, bool withRows) =>
        "float* input, "
        + (withRows ? "int rows, " : "")
        + (family.Length == 0 ? "int length, " : "")
        + "float* panels, "
        + (family.Initial == InitialSum.Bias ? "float* bias, " : "")
        + (family.HasEpilogue ? "float* residual, " : "")
        + "float* output";

    private static string Generic(TileFamily family) => family.HasEpilogue ? "<TEpilogue>" : "";

    private static string Constraint(TileFamily family) => family.HasEpilogue ? KernelContext.EpilogueConstraint : "";

    private static void EmitRows(SourceWriter writer, KernelContext context, TileFamily family, int panels, int[] rowTiles, int maxRows)
    {
        writer.Write($"/// <summary>{panels * VectorSet.PanelWidth} columns for any number of rows{(maxRows == 0 ? "" : $" up to {maxRows}")}: the tallest tile that fits, again and again.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {RowsName(family, panels)}{Generic(family)}({Parameters(family, withRows: true)}){Constraint(family)}"))
        {
            foreach (int rows in rowTiles)
            {
                bool again = rows == rowTiles[0] && rows != maxRows;
                using (writer.Open($"{(again ? "while" : "if")} (rows >= {rows})"))
                {
                    string arguments = "input, "
                        + (family.Length == 0 ? "length, " : "")
                        + "panels, "
                        + (family.Initial == InitialSum.Bias ? "bias, " : "")
                        + (family.HasEpilogue ? "residual, " : "")
                        + "output";
                    writer.Write($"{TileName(family, panels, rows)}{Generic(family)}({arguments});");
                    if (rows == 1 && !again)
                    {
                        continue;
                    }

                    writer.Write($"input += {rows * family.InputStride};");
                    if (family.HasEpilogue)
                    {
                        writer.Write($"residual += {rows} * TEpilogue.ResidualStride;");
                        writer.Write($"output += {rows} * TEpilogue.OutputStride;");
                    }
                    else
                    {
                        writer.Write($"output += {rows * family.OutputStride};");
                    }

                    writer.Write($"rows -= {rows};");
                }
            }
        }
    }

    private static void EmitTile(SourceWriter writer, KernelContext context, TileFamily family, int panels, int rows)
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

                string Weight(int column) => context.At(KernelContext.Offset("panels", PanelOffset(column)));

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
                writer.Write($"panels += {family.StepStride};");
            }

            for (int row = 0; row < rows; row++)
            {
                writer.Write(family.HasEpilogue
                    ? $"Store<TEpilogue>({string.Join(", ", allColumns.Select(column => $"sum{row}_{column}"))}, residual, output, {row});"
                    : string.Join(" ", allColumns.Select(column =>
                        $"{context.At(KernelContext.Offset("output", (row * family.OutputStride) + (column * vectors.Lanes)))} = sum{row}_{column};")));
            }
        }
    }
}
