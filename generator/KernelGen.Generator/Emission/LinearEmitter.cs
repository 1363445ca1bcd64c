using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the linear kernels: the drivers that walk over panels of columns, the tiles that they share, and the epilogues.</summary>
internal static class LinearEmitter
{
    /// <summary>The names of the linear kernels, in the order of a layer.</summary>
    public static readonly IReadOnlyList<string> KernelNames =
        ["QueryKeyValue", "AttentionOutput", "CrossQuery", "CrossKeyValue", "FeedForwardExpand", "FeedForwardContract", "Logits"];

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Linear",
        "Linear layers: output = epilogue(input · W + bias). Panels of weights are walked in the outer loop and rows in the inner one, so that a panel is read from memory once.",
        writer =>
        {
            bool first = true;
            foreach (LinearPlan linear in context.Plan.Linears)
            {
                if (!first)
                {
                    writer.Write();
                }

                first = false;
                EmitKernel(writer, context, linear);
            }

            foreach ((TileFamily family, int panels, int maxRows) in Tiles(context))
            {
                writer.Write();
                TileEmitter.Emit(writer, context, family, panels, maxRows);
            }

            writer.Write();
            EmitStores(writer, context);
        });

    /// <summary>The groups of tiles that the kernels call, each once.</summary>
    private static IEnumerable<(TileFamily Family, int Panels, int MaxRows)> Tiles(KernelContext context)
    {
        var seen = new HashSet<string>();
        foreach (LinearPlan linear in context.Plan.Linears)
        {
            foreach ((int panels, int maxRows) in new[] { (WidePanels(context, linear), 0), (NarrowPanels(context, linear), context.Vectors.NarrowRows) })
            {
                bool sameAsWide = maxRows != 0 && panels == WidePanels(context, linear);
                if (!sameAsWide && seen.Add(TileEmitter.RowsName(linear.Tiles, panels)))
                {
                    yield return (linear.Tiles, panels, maxRows);
                }
            }
        }
    }

    private static int WidePanels(KernelContext context, LinearPlan linear) => Math.Min(context.Vectors.Panels, linear.Panels);

    /// <summary>Too few columns for narrow tiles: the wide ones serve any number of rows.</summary>
    private static int NarrowPanels(KernelContext context, LinearPlan linear) =>
        linear.Panels >= context.Vectors.NarrowPanels ? context.Vectors.NarrowPanels : WidePanels(context, linear);

    private static void EmitKernel(SourceWriter writer, KernelContext context, LinearPlan linear)
    {
        bool residual = linear.Epilogue == LinearEpilogue.Residual;
        string epilogue = linear.Epilogue switch
        {
            LinearEpilogue.Residual => ", + residual",
            LinearEpilogue.Activation => ", " + context.Specification.Activation,
            _ => "",
        };
        string weights = linear.SeparateBias ? "float* bias, float* panels" : "float* weights";
        writer.Write(
            $"/// <summary>[rows, {linear.Input}] · [{linear.Input}, {linear.Output}] + bias{epilogue}. "
            + $"{linear.FlopsPerRow} FLOPs a row, {linear.WeightBytes} bytes of weights.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open($"public static void {linear.Name}(float* input, int rows, {weights}{(residual ? ", float* residual" : "")}, float* output)"))
        {
            string bias = linear.SeparateBias ? "bias" : "weights";
            if (!linear.SeparateBias)
            {
                writer.Write($"float* panels = weights + {linear.BiasLength};");
            }

            int narrow = NarrowPanels(context, linear);
            int wide = WidePanels(context, linear);
            if (narrow == wide)
            {
                EmitPanels(writer, context, linear, wide, bias);
                return;
            }

            using (writer.Open($"if (rows <= {context.Vectors.NarrowRows})"))
            {
                EmitPanels(writer, context, linear, narrow, bias);
            }

            using (writer.Open("else"))
            {
                EmitPanels(writer, context, linear, wide, bias);
            }
        }
    }

    /// <summary>The loop over groups of panels. When the last group is not full it begins earlier and computes some columns again.</summary>
    private static void EmitPanels(SourceWriter writer, KernelContext context, LinearPlan linear, int group, string bias)
    {
        int last = linear.Panels - group;
        string panel = last == 0 ? "0" : "panel";
        void Call()
        {
            bool residual = linear.Epilogue == LinearEpilogue.Residual;
            string At(string pointer, int stride) => last == 0 ? pointer : $"{pointer} + ((nint){panel} * {stride})";
            writer.Write(
                $"{TileEmitter.RowsName(linear.Tiles, group)}<{linear.Name}Epilogue>(input, rows, {At("panels", linear.PanelLength)}, {At(bias, 16)}, "
                + $"{(residual ? At("residual", 16) : "null")}, {At("output", 16)});");
            if (linear.Epilogue == LinearEpilogue.Activation && context.Specification.Activation != Activation.Relu)
            {
                writer.Write($"Activate(rows, {group * VectorSet.PanelWidth}, {At("output", 16)});");
            }
        }

        if (last == 0)
        {
            Call();
        }
        else if (linear.Panels % group == 0)
        {
            using (writer.Open($"for (int panel = 0; panel < {linear.Panels}; panel += {group})"))
            {
                Call();
            }
        }
        else
        {
            using (writer.Open($"for (int step = 0; step < {ModelPlan.RoundUp(linear.Panels, group)}; step += {group})"))
            {
                writer.Write($"int panel = step < {last} ? step : {last};");
                Call();
            }
        }
    }

    private static void EmitStores(SourceWriter writer, KernelContext context)
    {
        foreach (int columns in Tiles(context).Select(tile => tile.Panels * context.Vectors.VectorsPerPanel).Distinct())
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
        foreach (LinearPlan linear in plan.Linears)
        {
            bool residual = linear.Epilogue == LinearEpilogue.Residual;
            bool relu = linear.Epilogue == LinearEpilogue.Activation && plan.Specification.Activation == Activation.Relu;
            writer.Write();
            writer.Write($"/// <summary>How <c>{linear.Name}</c> stores its sums.</summary>");
            using (writer.Open($"private readonly struct {linear.Name}Epilogue : global::KernelGen.Execution.ILinearEpilogue"))
            {
                writer.Write($"public static int OutputStride => {linear.OutputStride};");
                writer.Write($"public static int ResidualStride => {(residual ? linear.OutputStride : 0)};");
                writer.Write($"public static bool AddsResidual => {(residual ? "true" : "false")};");
                writer.Write($"public static bool IsRelu => {(relu ? "true" : "false")};");
            }
        }
    }
}
