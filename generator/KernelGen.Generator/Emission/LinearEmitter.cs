using KernelGen.Generator.Planning;
using KernelGen.Layout;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the linear kernels: what the engine calls, the loops over panels of columns, and the tiles that they share.</summary>
internal static class LinearEmitter
{
    /// <summary>What every loop over panels takes after the inputs.</summary>
    public const string PanelParameters = "in Weights_ weights, float* residual, float* output, int firstPanel, int endPanel";

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Linear",
        "Linear layers: output = epilogue(input · W + bias). Panels of weights are walked in the outer loop and rows in the inner one, so that a panel is read from memory once.",
        writer =>
        {
            EmitChoice(writer, "Linear<TPrecision>(int shape)\n    where TPrecision : struct, Precision_ =>", context.Plan.Linears, "<TPrecision>");
            writer.Write();
            foreach (LinearPlan linear in context.Plan.Linears)
            {
                EmitKernel(writer, context, linear);
                writer.Write();
            }

            foreach (LinearPlan linear in context.Plan.Linears.GroupBy(linear => LoopName(context, linear)).Select(static same => same.First()))
            {
                EmitLoop(writer, context, linear);
                writer.Write();
            }

            TileEmitter.Emit(writer, Tiles(context, context.Plan.Linears));
            EmitWeight(writer, context);
            writer.Write();
            EpilogueEmitter.EmitStores(writer, context, StoredColumns(context, context.Plan.Linears));
        });

    /// <summary>Begins a loop over groups of panels. A last group that is not full begins earlier and computes some columns again.</summary>
    public static IDisposable OpenGroups(SourceWriter writer, int group)
    {
        string variable = group == 1 ? "panel" : "next";
        IDisposable loop = writer.Open($"for (int {variable} = firstPanel; {variable} < endPanel; {KernelContext.Increase(variable, group)})");
        if (group > 1)
        {
            writer.Write($"int panel = next < endPanel - {group} ? next : endPanel - {group};");
        }

        writer.Write("nint column = (nint)panel * 16;");
        return loop;
    }

    /// <summary>A loop over groups of panels with a call in it, and the activation.</summary>
    public static void EmitGroups(SourceWriter writer, KernelContext context, int group, string call)
    {
        using (OpenGroups(writer, group))
        {
            writer.Write(call);
            EpilogueEmitter.EmitActivation(writer, context, group * VectorSet.PanelWidth);
        }
    }

    /// <summary>The tiles of kernels, and what writes them.</summary>
    public static IReadOnlyList<(TileEmitter Emitter, TileShape Shape)> Tiles(KernelContext context, IReadOnlyList<LinearPlan> linears) =>
        [.. linears.Select(linear => ((TileEmitter)new LinearTileEmitter(context, linear.Tiles), Shape(context, linear)))];

    /// <summary>How many vectors the rows of their tiles have.</summary>
    public static IEnumerable<int> StoredColumns(KernelContext context, IReadOnlyList<LinearPlan> linears) =>
        linears.SelectMany(linear => Shape(context, linear).Tiles).Select(tile => tile.Panels * context.Vectors.VectorsPerPanel).Distinct();

    /// <summary>The tiles of a kernel.</summary>
    public static TileShape Shape(KernelContext context, LinearPlan linear) => linear.IsConvolution
        ? TileShape.Convolution(context.Vectors, linear.Panels)
        : TileShape.Linear(context.Vectors, context.Vectors.TallRows, context.Vectors.LowPanels, linear.Panels);

    private static string LoopName(KernelContext context, LinearPlan linear) =>
        $"{linear.Kind}{linear.Input}{Int8LinearEmitter.Infix(context, linear.Int8)}By{Shape(context, linear).Panels * VectorSet.PanelWidth}";

    /// <summary>Writes what hands out kernels by the numbers of their shapes.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="signature">What follows the type of what is handed out.</param>
    /// <param name="linears">The kernels.</param>
    /// <param name="arguments">Their type arguments.</param>
    public static void EmitChoice(SourceWriter writer, string signature, IReadOnlyList<LinearPlan> linears, string arguments)
    {
        const string Pointer = "delegate*<byte*, int, in Weights_, float*, float*, int, int, void>";
        writer.Write("/// <summary>The linear kernel of a shape.</summary>");
        writer.Write(KernelContext.Optimized);
        writer.Write($"public static {Pointer} {signature} shape switch\n    {{");
        for (int shape = 0; shape < linears.Count; shape++)
        {
            writer.Write($"        {shape} => &{linears[shape].Name}{arguments},");
        }

        writer.Write("        _ => throw new global::System.NotSupportedException(),\n    };");
    }

    private static void EmitKernel(SourceWriter writer, KernelContext context, LinearPlan linear)
    {
        writer.Write(
            $"/// <summary>[rows, {linear.Input}] · [{linear.Input}, {linear.Output}] + bias{EpilogueEmitter.Formula(linear.Epilogue)}. "
            + $"{linear.FlopsPerRow} FLOPs a row, {linear.WeightBytes} bytes of float32 weights.</summary>");
        writer.Write(KernelContext.Optimized);
        writer.Write(
            $"private static void {linear.Name}<TPrecision>(byte* input, int rows, {PanelParameters})\n"
            + "    where TPrecision : struct, Precision_ =>\n"
            + $"    {LoopName(context, linear)}<{EpilogueEmitter.TypeOf(linear)}, TPrecision>(input, rows, in weights, residual, output, firstPanel, endPanel);");
    }

    private static void EmitLoop(SourceWriter writer, KernelContext context, LinearPlan linear)
    {
        writer.Write($"/// <summary>The panels from firstPanel to endPanel over {linear.Input} inputs.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open(
            $"private static void {LoopName(context, linear)}{KernelContext.LinearArguments}(byte* input, int rows, {PanelParameters}){KernelContext.LinearConstraints}"))
        {
            using (writer.Open("if (TPrecision.Value == global::KernelGen.WeightPrecision.Int8)"))
            {
                if (context.Plan.Linears.Any(other => other.HasFourBits && LoopName(context, other) == LoopName(context, linear)))
                {
                    using (writer.Open("if (weights.HasFourBits)"))
                    {
                        writer.Write($"{Int4LinearEmitter.LoopName}{context.Int8Arguments}(input, rows, {Int4Layout.Groups(linear.Input)}, in weights, residual, output, firstPanel, endPanel);");
                        writer.Write("return;");
                    }

                    writer.Write();
                }

                writer.Write($"{Int8LinearEmitter.LoopName(context, linear)}{context.Int8Arguments}(input, rows, {linear.Int8.Steps(linear.Input)}, in weights, residual, output, firstPanel, endPanel);");
                writer.Write("return;");
            }

            writer.Write();
            int group = Shape(context, linear).Panels;
            EmitGroups(
                writer,
                context,
                group,
                $"{TileEmitter.RowsName(linear.Tiles, group)}{KernelContext.LinearArguments}((float*)input, rows, weights.Panels + ((nint)panel * ({linear.PanelLength} * TPrecision.WeightSize)), "
                + "weights.Bias + column, residual + column, output + column);");
        }
    }

    private static void EmitWeight(SourceWriter writer, KernelContext context)
    {
        writer.Write("/// <summary>A vector of weights: floats as they are, or bfloat16 numbers, which are the upper halves of floats.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static {context.Floats} Weight<TPrecision>(byte* panels, int offset){KernelContext.PrecisionConstraint}"))
        {
            const string Place = "panels + (offset * TPrecision.WeightSize)";
            writer.Write("// The place is no variable, so that it becomes part of what reads it.");
            writer.Write("return TPrecision.Value == global::KernelGen.WeightPrecision.BFloat16");
            writer.Write($"    ? {context.Simd}.AsSingle({context.Simd}.ShiftLeft({context.Instructions.WidenToInt32(Place)}, 16))");
            writer.Write($"    : {context.At(Place)};");
        }
    }
}
