using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the gradient of weights, inputᵀ · gradient of the outputs, for any linear layer.</summary>
internal static class WeightGradientEmitter
{
    private const int CacheLine = 64;

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "WeightGradient",
        "The gradient of weights: gradient[column, i] = Σ over rows of input[row, i] · outputGradient[row, column], in panels of 16 columns.\n"
        + "A row of a tile is an input here, and k counts the rows of the batch.",
        writer =>
        {
            int widest = context.Vectors.Panels;
            EmitKernel(writer, context, widest);
            writer.Write();
            foreach (int panels in Widths(widest))
            {
                EmitPanels(writer, context, panels);
                writer.Write();
            }

            TileEmitter.Emit(writer, [.. Widths(widest).Select(panels => ((TileEmitter)new WeightGradientTileEmitter(context, panels), TileShape.OfWidth(context.Vectors, panels)))]);
        });

    /// <summary>The numbers of panels that stand side by side: where they are two, one is left of an odd number.</summary>
    private static IEnumerable<int> Widths(int widest) => new[] { widest, 1 }.Distinct();

    private static string PanelsName(int panels) => $"WeightGradientBy{panels * VectorSet.PanelWidth}";

    private static void EmitKernel(SourceWriter writer, KernelContext context, int widest)
    {
        writer.Write(
            "/// <summary>The panels from firstPanel to endPanel over blocks of rows, one after another: sums rest in the gradient between blocks, and the inputs of a block "
            + "stay in the second-level cache. The gradients of a group of panels, which every tile reads, are copied to where no two rows share a cache set.</summary>");
        writer.Write(KernelContext.Optimized);
        writer.Write("[global::System.Runtime.CompilerServices.SkipLocalsInit]");
        using (writer.Open(
            "public static void WeightGradient(float* input, int inputStride, int inputs, float* outputGradient, int outputStride, int rows, bool accumulates, "
            + "float* gradient, int firstPanel, int endPanel)"))
        {
            int block = context.Vectors.GradientRows;
            writer.Write($"byte* room = stackalloc byte[{(block * widest * VectorSet.PanelWidth * sizeof(float)) + CacheLine}];");
            writer.Write($"float* copy = (float*)(((nint)room + {CacheLine - 1}) & -{CacheLine});");
            writer.Write("nint panelLength = (nint)inputs * 16;");
            using (writer.Open($"for (int first = 0; first == 0 || first < rows; first += {block})"))
            {
                writer.Write($"int blockRows = rows - first < {block} ? rows - first : {block};");
                writer.Write("float* blockInput = input + ((nint)first * inputStride);");
                writer.Write("float* blockGradient = outputGradient + ((nint)first * outputStride);");
                writer.Write("int panel = firstPanel;");
                foreach (int panels in Widths(widest))
                {
                    using (writer.Open($"for (; panel < endPanel{(panels > 1 ? $" - {panels - 1}" : "")}; {KernelContext.Increase("panel", panels)})"))
                    {
                        writer.Write(
                            $"{PanelsName(panels)}(blockInput, inputStride, inputs, blockGradient + ((nint)panel * 16), outputStride, blockRows, copy, first > 0 || accumulates, "
                            + "panelLength, gradient + (panel * panelLength));");
                    }
                }
            }
        }
    }

    private static void EmitPanels(SourceWriter writer, KernelContext context, int panels)
    {
        int width = panels * VectorSet.PanelWidth;
        writer.Write($"/// <summary>{width} columns: their gradients are copied, row behind row, and then read once for each tile.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open(
            $"private static void {PanelsName(panels)}(float* input, int inputStride, int inputs, float* outputGradient, int outputStride, int rows, float* copy, "
            + "bool accumulates, nint panelLength, float* gradient)"))
        {
            writer.Write("float* row = outputGradient;");
            using (writer.Open($"for (int i = 0; i < rows * {width}; i += {width})"))
            {
                for (int column = 0; column < width; column += context.Vectors.Lanes)
                {
                    writer.Write($"{context.At(KernelContext.Offset("copy + i", column))} = {context.At(KernelContext.Offset("row", column))};");
                }

                writer.Write("row += outputStride;");
            }

            writer.Write();
            writer.Write(
                $"{TileEmitter.RowsName(WeightGradientTileEmitter.Family(panels), panels)}(input, inputs, rows, inputStride, copy, accumulates, panelLength, gradient, "
                + $"outputGradient + {width}, outputStride, rows);");
        }
    }
}
