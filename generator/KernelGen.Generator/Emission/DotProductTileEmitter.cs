using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Emission.Int8Formats;
using KernelGen.Generator.Planning;
using KernelGen.Layout;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes second tiles of 8-bit products, for an instruction set of which only some CPUs add products of bytes to sums as they multiply them. The program knows when it runs, and asks once a
/// tile. Sums of both tiles are exact, hence the same.
/// </summary>
internal static class DotProductTileEmitter
{
    /// <summary>What the parameters of tiles are called, in their order.</summary>
    private const string Arguments = "input, steps, panels, scales, bias, residual, output";

    /// <summary>The instructions, where the set has them and the format's numbers are bytes.</summary>
    private static DotProductInstructions? InstructionsFor(KernelContext context, Int8Format format) => format.HasDotProducts ? context.Instructions.DotProducts : null;

    /// <summary>Writes what a tile begins with: the call of the second one.</summary>
    public static void EmitChoice(SourceWriter writer, KernelContext context, Int8Format format, string tile)
    {
        if (InstructionsFor(context, format) is { } instructions)
        {
            using (writer.Open($"if ({instructions.IsSupported})"))
            {
                writer.Write($"{Name(tile)}<TEpilogue>({Arguments});");
                writer.Write("return;");
            }

            writer.Write();
        }
    }

    /// <summary>Writes the second tile, where there is one.</summary>
    public static void Emit(SourceWriter writer, KernelContext context, Int8Format format, string tile, string parameters, int panels, int rows)
    {
        if (InstructionsFor(context, format) is not { } instructions)
        {
            return;
        }

        VectorSet vectors = context.Vectors;
        Int8Layout plan = format.Plan;
        int stride = context.Plan.QuantizedStride;
        int scale = context.Plan.QuantizedScale;
        int[] columns = [.. Enumerable.Range(0, panels * vectors.VectorsPerPanel)];
        static string Panel(int panel) => panel == 0 ? "panels" : $"panels{panel}";
        string Place(int column, int part) => KernelContext.Offset(
            Panel(column / vectors.VectorsPerPanel), plan.Group * ((part * VectorSet.PanelWidth) + (column % vectors.VectorsPerPanel * vectors.Lanes)));

        writer.Write();
        writer.Write($"/// <summary>{rows} × {panels * VectorSet.PanelWidth}: {rows * columns.Length} integer sums in registers, to which one instruction adds four products each.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {Name(tile)}<TEpilogue>(byte* input, int steps, {parameters}){KernelContext.EpilogueConstraint}"))
        {
            for (int panel = 1; panel < panels; panel++)
            {
                writer.Write($"byte* panels{panel} = panels + ((nint)steps * {panel * plan.StepBytes});");
            }

            IEnumerable<string> sums = Enumerable.Range(0, rows).SelectMany(row => columns.Select(column =>
                $"sum{row}_{column} = {(column == 0 ? format.InitialSum(context, $"input + {(row * stride) + scale + 4}") : $"sum{row}_0")}"));
            writer.Write($"{context.Integers} {string.Join(", ", sums)};");
            writer.Write("byte* group = input;");
            using (writer.Open("for (int i = 0; i < steps; i++)"))
            {
                for (int row = 0; row < rows; row++)
                {
                    format.EmitDotProductInputs(writer, context, row, KernelContext.Offset("group", row * stride));
                }

                // Two vectors of weights, with adjacent addresses, come with one instruction.
                const int Pair = 2;
                for (int first = 0; first < columns.Length; first += Pair)
                {
                    IEnumerable<int> pair = columns.Skip(first).Take(Pair);
                    writer.Write($"{format.Weights} {string.Join(", ", Enumerable.Range(0, plan.Step / plan.Group).SelectMany(part => pair.Select(column =>
                        $"{Int8Format.Part($"weight{column}", part)} = {format.Weight(context, Place(column, part))}")))};");
                    writer.Write(string.Join(" ", Enumerable.Range(0, rows).SelectMany(row => pair.Select(column =>
                        format.AddDotProducts(context, instructions.Add, $"sum{row}_{column}", $"weight{column}", row)))));
                }

                writer.Write($"group += {plan.StepInputBytes}; {string.Join(" ", Enumerable.Range(0, panels).Select(panel => $"{Panel(panel)} += {plan.StepBytes};"))}");
            }

            writer.Write(string.Join(" ", Enumerable.Range(0, rows).Select(row =>
                $"StoreInt8<TEpilogue>({string.Join(", ", columns.Select(column => $"sum{row}_{column}"))}, "
                + $"*(float*)(input + {(row * stride) + scale}), scales, bias, residual, output, {row});")));
        }
    }

    private static string Name(string tile) => $"DotProducts{tile}";
}
