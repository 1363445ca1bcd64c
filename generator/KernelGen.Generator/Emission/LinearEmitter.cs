using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the linear kernels: what the engine calls, the loops over panels of columns, the tiles that they share, and the epilogues.</summary>
internal static class LinearEmitter
{
    /// <summary>The names of the linear kernels, in the order of a layer.</summary>
    public static readonly IReadOnlyList<string> KernelNames =
        ["QueryKeyValue", "AttentionOutput", "CrossQuery", "CrossKeyValue", "FeedForwardExpand", "FeedForwardContract", "Logits"];

    /// <summary>What every loop over panels takes after the inputs.</summary>
    public const string PanelParameters = "in Weights_ weights, float* residual, float* output, int firstPanel, int endPanel";

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Linear",
        "Linear layers: output = epilogue(input · W + bias). Panels of weights are walked in the outer loop and rows in the inner one, so that a panel is read from memory once.",
        writer =>
        {
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

            TileEmitter.Emit(writer, context, [.. context.Plan.Linears.Select(linear => (linear.Tiles, Shape(context, linear)))]);
            EmitWeight(writer, context);
            writer.Write();
            EmitStores(writer, context);
        });

    /// <summary>The tiles of a kernel.</summary>
    private static TileShape Shape(KernelContext context, LinearPlan linear) => TileShape.Linear(context.Vectors, context.Vectors.TallRows, context.Vectors.LowPanels, linear.Panels);

    /// <summary>Begins a loop over groups of panels. A last group that is not full begins earlier and computes some columns again.</summary>
    public static IDisposable OpenGroups(SourceWriter writer, int group)
    {
        IDisposable loop = writer.Open($"for (int next = firstPanel; next < endPanel; next += {group})");
        writer.Write(group == 1 ? "int panel = next;" : $"int panel = next < endPanel - {group} ? next : endPanel - {group};");
        return loop;
    }

    /// <summary>A loop over groups of panels with a call in it, and the activation.</summary>
    public static void EmitGroups(SourceWriter writer, KernelContext context, int group, string call)
    {
        using (OpenGroups(writer, group))
        {
            writer.Write(call);
            if (context.Specification.Activation != Activation.Relu)
            {
                using (writer.Open("if (TEpilogue.IsActivated)"))
                {
                    writer.Write($"Activate(rows, {group * VectorSet.PanelWidth}, output + ((nint)panel * 16));");
                }
            }
        }
    }

    private static string LoopName(KernelContext context, LinearPlan linear) => $"Linear{linear.Input}{Int8LinearEmitter.Infix(context, linear.Int8)}By{Shape(context, linear).Panels * VectorSet.PanelWidth}";

    private static void EmitKernel(SourceWriter writer, KernelContext context, LinearPlan linear)
    {
        string epilogue = linear.Epilogue switch
        {
            LinearEpilogue.Residual => ", + residual",
            LinearEpilogue.Activation => ", " + context.Specification.Activation,
            _ => "",
        };
        writer.Write(
            $"/// <summary>[rows, {linear.Input}] · [{linear.Input}, {linear.Output}] + bias{epilogue}. "
            + $"{linear.FlopsPerRow} FLOPs a row, {linear.WeightBytes} bytes of float32 weights.</summary>");
        writer.Write(KernelContext.Optimized);
        writer.Write(
            $"public static void {linear.Name}<TPrecision>(byte* input, int rows, {PanelParameters}){KernelContext.PrecisionConstraint} =>\n"
            + $"    {LoopName(context, linear)}<{linear.Name}Epilogue, TPrecision>(input, rows, in weights, residual, output, firstPanel, endPanel);");
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
                writer.Write($"{Int8LinearEmitter.LoopName(context, linear)}<TEpilogue>(input, rows, {linear.Int8.Steps(linear.Input)}, in weights, residual, output, firstPanel, endPanel);");
                writer.Write("return;");
            }

            writer.Write();
            int group = Shape(context, linear).Panels;
            EmitGroups(
                writer,
                context,
                group,
                $"{TileEmitter.RowsName(linear.Tiles, group)}{KernelContext.LinearArguments}((float*)input, rows, weights.Panels + ((nint)panel * ({linear.PanelLength} * TPrecision.WeightSize)), "
                + "weights.Bias + ((nint)panel * 16), residual + ((nint)panel * 16), output + ((nint)panel * 16));");
        }
    }

    private static void EmitWeight(SourceWriter writer, KernelContext context)
    {
        writer.Write("/// <summary>A vector of weights: as they are, or bfloat16, which are the upper halves of floats.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static {context.Floats} Weight<TPrecision>(byte* panels, int offset){KernelContext.PrecisionConstraint}"))
        {
            writer.Write("byte* place = panels + (offset * TPrecision.WeightSize);");
            writer.Write("return TPrecision.Value == global::KernelGen.WeightPrecision.BFloat16");
            writer.Write($"    ? {context.Simd}.AsSingle({context.Simd}.ShiftLeft({context.Instructions.WidenToInt32("place")}, 16))");
            writer.Write($"    : {context.At("place")};");
        }
    }

    private static void EmitStores(SourceWriter writer, KernelContext context)
    {
        foreach (int columns in context.Plan.Linears
            .SelectMany(linear => Shape(context, linear).Tiles)
            .Select(tile => tile.Panels * context.Vectors.VectorsPerPanel)
            .Distinct())
        {
            EmitStore(writer, context, columns);
            writer.Write();
        }

        writer.Write("/// <summary>Finishes one vector of sums and stores it.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static void Store<TEpilogue>({context.Floats} sum, float* residual, float* output){KernelContext.EpilogueConstraint}"))
        {
            using (writer.Open("if (TEpilogue.AddsResidual)"))
            {
                writer.Write($"sum = {context.At("residual")} + sum;");
            }

            using (writer.Open("if (TEpilogue.IsRelu)"))
            {
                writer.Write("// The sum stands second, so that NaN stays NaN; adding 0 makes -0 a 0, as it is on every CPU then.");
                writer.Write($"sum = {context.Simd}.MaxNative({context.Floats}.Zero, sum) + {context.Floats}.Zero;");
            }

            writer.Write($"{context.At("output")} = sum;");
        }

        if (context.Specification.Activation == Activation.Relu)
        {
            return;
        }

        writer.Write();
        writer.Write($"/// <summary>{context.Specification.Activation} of a block of columns, in place, while it is in the first-level cache.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("private static void Activate(int rows, int columns, float* values)"))
        {
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                using (writer.Open($"for (int column = 0; column < columns; column += {context.Vectors.Lanes})"))
                {
                    writer.Write($"{context.At("values + column")} = {context.Specification.Activation}({context.At("values + column")});");
                }

                writer.Write($"values += {context.Plan.FeedForwardStride};");
            }
        }
    }

    private static void EmitStore(SourceWriter writer, KernelContext context, int columns)
    {
        IEnumerable<int> all = Enumerable.Range(0, columns);
        writer.Write("/// <summary>Finishes and stores the sums of one row of a tile; the row is a literal of the caller.</summary>");
        writer.Write(KernelContext.Inlined);
        string sums = string.Join(", ", all.Select(column => $"{context.Floats} sum{column}"));
        using (writer.Open($"private static void Store<TEpilogue>({sums}, float* residual, float* output, int row){KernelContext.EpilogueConstraint}"))
        {
            writer.Write("residual += row * TEpilogue.ResidualStride;");
            writer.Write("output += row * TEpilogue.OutputStride;");
            foreach (int column in all)
            {
                int offset = column * context.Vectors.Lanes;
                writer.Write($"Store<TEpilogue>(sum{column}, {KernelContext.Offset("residual", offset)}, {KernelContext.Offset("output", offset)});");
            }
        }
    }

    /// <summary>The epilogues, one struct per linear kernel, the same for every instruction set.</summary>
    public static void EmitEpilogues(SourceWriter writer, ModelPlan plan)
    {
        static string Boolean(bool value) => value ? "true" : "false";
        foreach (LinearPlan linear in plan.Linears)
        {
            bool residual = linear.Epilogue == LinearEpilogue.Residual;
            bool activation = linear.Epilogue == LinearEpilogue.Activation;
            bool isRelu = plan.Specification.Activation == Activation.Relu;
            writer.Write();
            writer.Write($"/// <summary>How <c>{linear.Name}</c> stores its sums.</summary>");
            writer.Write(ModelFile.Uncovered);
            using (writer.Open($"private readonly struct {linear.Name}Epilogue : global::KernelGen.Execution.ILinearEpilogue"))
            {
                writer.Write($"public static int OutputStride => {linear.OutputStride};");
                writer.Write($"public static int ResidualStride => {(residual ? linear.OutputStride : 0)};");
                writer.Write($"public static bool AddsResidual => {Boolean(residual)};");
                writer.Write($"public static bool IsRelu => {Boolean(activation && isRelu)};");
                writer.Write($"public static bool IsActivated => {Boolean(activation && !isRelu)};");
            }
        }
    }
}
