using KernelGen.Generator.Emission.InstructionSets;
using KernelGen.Generator.Planning;
using KernelGen.Layout;

namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes the output projection with the upper bits of 8-bit weights alone, which finds out which tokens cannot be the best. It reads half of what 8-bit
/// weights take, so it is made for single rows, which wait for memory.
/// </summary>
internal static class UpperBitsEmitter
{
    private const string Name = "LogitsOfUpperBits";

    /// <summary>
    /// Steps whose products are added in 16 bits: a step adds at most 15 · 258 to a sum, for the four inputs that meet in it have magnitudes of at most 258
    /// together (<see cref="Int8Layout.Bytes"/>), and 8 · 15 · 258 = 30,960.
    /// </summary>
    private const int StepsOf16Bits = 8;

    /// <summary>Bytes of one panel for one step: 8 inputs of 16 columns, two weights to a byte.</summary>
    private const int StepBytes = 64;

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "UpperBits",
        "The output projection with the upper four bits of 8-bit weights, two to a byte: exact sums of products with 8-bit inputs, scaled at the end.",
        writer =>
        {
            const string Signature = $"public static void {Name}(byte* input, int rows, {LinearEmitter.PanelParameters})";
            int panels = Math.Min(context.Vectors.LowPanels, context.Model.Logits.Panels);
            EmitLoop(writer, context, Signature, panels);
            writer.Write();
            EmitTile(writer, context, panels, null);
            if (context.Instructions.DotProducts is { } dotProducts)
            {
                writer.Write();
                EmitTile(writer, context, panels, dotProducts);
            }
        });

    private static string TileName(int panels, DotProductInstructions? dotProducts) => $"{(dotProducts is null ? "" : "DotProducts")}UpperBitsOf1By{panels * VectorSet.PanelWidth}";

    private static void EmitLoop(SourceWriter writer, KernelContext context, string signature, int panels)
    {
        writer.Write("/// <summary>The panels from firstPanel to endPanel for each row.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open(signature))
        using (LinearEmitter.OpenGroups(writer, panels))
        using (writer.Open("for (int row = 0; row < rows; row++)"))
        {
            writer.Write(
                $"{TileName(panels, null)}(input + ((nint)row * {context.Plan.QuantizedStride}), weights.Panels + ((nint)panel * {context.Model.Logits.Int8.Steps(context.Model.Logits.Input) * StepBytes}), "
                + $"weights.Scales + column, weights.Bias + column, output + ((nint)row * {context.Plan.LogitsStride}) + column);");
        }
    }

    /// <summary>Writes a tile: that of the instruction set, or a second one (<see cref="DotProductTileEmitter"/>), which the first calls where it can.</summary>
    private static void EmitTile(SourceWriter writer, KernelContext context, int panels, DotProductInstructions? dotProducts)
    {
        bool has16Bits = context.Instructions.SumsBytesIn16Bits && dotProducts is null;
        VectorSet vectors = context.Vectors;
        string simd = context.Simd, integers = context.Integers, multiply = context.Instructions.MultiplyAddAdjacent;
        int steps = context.Model.Logits.Int8.Steps(context.Model.Logits.Input);
        int inputBytes = steps * context.Model.Logits.Int8.Step;
        int chunkBytes = StepsOf16Bits * context.Model.Logits.Int8.Step;
        int scale = context.Plan.QuantizedScale;
        int[] columns = [.. Enumerable.Range(0, panels * vectors.VectorsPerPanel)];
        string Panel(int panel) => panel == 0 ? "panels" : $"panels{panel}";

        writer.Write($"/// <summary>1 × {panels * VectorSet.PanelWidth}{(has16Bits ? $": products are added in 16 bits for {StepsOf16Bits} steps" : "")}.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"private static void {TileName(panels, dotProducts)}(byte* input, byte* panels, float* scales, float* bias, float* output)"))
        {
            if (dotProducts is null && context.Instructions.DotProducts is { } better)
            {
                using (writer.Open($"if ({better.IsSupported})"))
                {
                    writer.Write($"{TileName(panels, better)}(input, panels, scales, bias, output);");
                    writer.Write("return;");
                }

                writer.Write();
            }

            for (int panel = 1; panel < panels; panel++)
            {
                writer.Write($"byte* panels{panel} = panels + {panel * steps * StepBytes};");
            }

            writer.Write($"Bytes_ lower = {simd}.Create((byte)15);");
            writer.Write($"{integers} {string.Join(", ", columns.Select(column => $"sum{column} = {(column == 0 ? $"{simd}.Create(*(int*)(input + {scale + 8}))" : "sum0")}"))};");
            writer.Write($"{context.Floats} scale = {simd}.Create(*(float*)(input + {scale}));");
            writer.Write($"byte* end = input + {inputBytes};");
            if (has16Bits)
            {
                using (writer.Open("while (input < end)"))
                {
                    writer.Write(inputBytes % chunkBytes == 0
                        ? $"byte* chunk = input + {chunkBytes};"
                        : $"byte* chunk = end - input < {chunkBytes} ? end : input + {chunkBytes};");
                    writer.Write($"Shorts_ {string.Join(", ", columns.Select(column => $"part{column} = {(column == 0 ? $"Shorts_.Zero" : "part0")}"))};");
                    EmitSteps("chunk");
                    foreach (int column in columns)
                    {
                        writer.Write($"sum{column} += {multiply}(part{column}, {simd}.Create((short)1));");
                    }
                }
            }
            else
            {
                EmitSteps("end");
            }

            foreach (int column in columns)
            {
                int offset = column * vectors.Lanes;
                writer.Write(
                    $"{context.At(KernelContext.Offset("output", offset))} = {context.FusedMultiplyAdd}({simd}.ConvertToSingle(sum{column}), "
                    + $"{context.At(KernelContext.Offset("scales", offset))} * scale, {context.At(KernelContext.Offset("bias", offset))});");
            }
        }

        void EmitSteps(string until)
        {
            using (writer.Open($"for (; input < {until}; input += {context.Model.Logits.Int8.Step})"))
            {
                writer.Write(dotProducts is null
                    ? $"SignedBytes_ first = {simd}.AsSByte({simd}.Create(*(int*)input)), second = {simd}.AsSByte({simd}.Create(*(int*)(input + 4)));"
                    : $"SignedBytes_ inputs = {simd}.AsSByte({simd}.CreateScalarUnsafe(*(double*)input));");
                foreach (int column in columns)
                {
                    string place = KernelContext.Offset(Panel(column / vectors.VectorsPerPanel), column % vectors.VectorsPerPanel * vectors.Lanes * context.Model.Logits.Int8.Group);
                    writer.Write($"Bytes_ both{column} = {KernelContext.At("Bytes_", place)};");
                    string low = $"both{column} & lower";
                    string high = $"{simd}.AsByte({simd}.ShiftRightLogical({simd}.AsUInt16(both{column}), 4)) & lower";
                    writer.Write(dotProducts is { Add: { } add }
                        ? $"sum{column} = {add}({add}(sum{column}, {low}, inputs, 0), {high}, inputs, 1);"
                        : has16Bits
                        ? $"part{column} += {multiply}({low}, first); part{column} += {multiply}({high}, second);"
                        : $"sum{column} += {multiply}({low}, first, {high}, second);");
                }

                if (context.Plan.PrefetchesPanels)
                {
                    writer.Write(string.Join(" ", Enumerable.Range(0, panels).Select(panel => $"Hints_.ReadSoon({Panel(panel)} + {panels * steps * StepBytes});")));
                }

                writer.Write(string.Join(" ", Enumerable.Range(0, panels).Select(panel => $"{Panel(panel)} += {StepBytes};")));
            }
        }
    }
}
