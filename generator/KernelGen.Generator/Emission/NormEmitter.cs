using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the norm: layer normalisation (Ba et al. 2016), or that by the root mean square alone (Zhang and Sennrich 2019).</summary>
internal static class NormEmitter
{
    /// <summary>As many sums side by side hide how long an addition takes.</summary>
    private const int Chains = 4;

    public static GeneratedFile Emit(KernelContext context) => context.Plan.Norm.Normalization switch
    {
        Normalization.LayerNorm => context.File(
            "Norm", $"Layer normalisation: (x - mean) / √(variance + ε) · γ{(context.Plan.Norm.HasShift ? " + β" : "")} over each row.", writer => EmitLayerNorm(writer, context)),
        Normalization.RootMeanSquare => context.File(
            "Norm", "Normalisation by the root mean square: x / √(mean(x²) + ε) · γ over each row.", writer => EmitRootMeanSquare(writer, context)),
        var other => throw new InvalidOperationException($"The normalisation {other} cannot be written."),
    };

    private static string Signature(NormPlan norm) =>
        $"public static void Norm(float* input, int rows, float* norm, {(norm.TakesShift ? "float* shift, " : "")}float* output)";

    private static void EmitRootMeanSquare(SourceWriter writer, KernelContext context)
    {
        writer.Write("/// <summary>Normalises rows; the norm holds γ. What lies past the dimension is zero, and adds nothing.</summary>");
        EmitKernel(writer, context, shift: null);
    }

    private static void EmitLayerNorm(SourceWriter writer, KernelContext context)
    {
        NormPlan norm = context.Plan.Norm;
        writer.Write($"/// <summary>Normalises rows; the norm holds γ{(!norm.HasShift ? "" : norm.TakesShift ? ", the shift β" : ", and then β")}.</summary>");
        EmitKernel(writer, context, !norm.HasShift ? null : norm.TakesShift ? "shift + i" : $"norm + {ModelPlan.RoundUp(norm.Dimension, VectorSet.PanelWidth)} + i");
    }

    /// <summary>
    /// Writes the kernel. The sums of a row are a chain in each lane, and each link waits for the one before; so as many rows as make <see cref="Chains"/> of them are
    /// computed side by side, each as it would be alone.
    /// </summary>
    private static void EmitKernel(SourceWriter writer, KernelContext context, string? shift)
    {
        int together = Chains / context.Vectors.VectorsPerPanel;
        writer.Write(KernelContext.Optimized);
        using (writer.Open(Signature(context.Plan.Norm)))
        {
            if (together > 1)
            {
                using (writer.Open($"for (; rows >= {together}; {KernelContext.Decrease("rows", together)})"))
                {
                    EmitRows(writer, context, shift, together);
                }
            }

            using (writer.Open("for (; rows > 0; rows--)"))
            {
                EmitRows(writer, context, shift, 1);
            }
        }
    }

    /// <summary>Writes what is done to some rows, and moves on to those behind them.</summary>
    private static void EmitRows(SourceWriter writer, KernelContext context, string? shift, int rows)
    {
        int width = ModelPlan.RoundUp(context.Plan.Norm.Dimension, VectorSet.PanelWidth);
        bool hasMean = context.Plan.Norm.Normalization == Normalization.LayerNorm;
        EmitStatistics(writer, context, rows);
        using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
        {
            writer.Write(context.ForPanel(v => $"{context.Floats} scale{v} = {Place(context, "norm + i", v)}{(shift is null ? "" : $", shift{v} = {Place(context, shift, v)}")};"));
            for (int row = 0; row < rows; row++)
            {
                string of = OfRow(row, rows);
                foreach (int v in context.PanelVectors)
                {
                    string input = Place(context, KernelContext.Offset("input", row * context.Plan.Norm.Stride) + " + i", v);
                    string normalised = hasMean ? $"({input} - mean{of}) * inverse{of}" : $"{input} * inverse{of}";
                    writer.Write($"{Place(context, KernelContext.Offset("output", row * context.Plan.Norm.Stride) + " + i", v)} = "
                        + (shift is null ? $"({normalised}) * scale{v};" : $"{context.FusedMultiplyAdd}({normalised}, scale{v}, shift{v});"));
                }
            }
        }

        writer.Write($"input += {rows * context.Plan.Norm.Stride};");
        writer.Write($"output += {rows * context.Plan.Norm.Stride};");
    }

    /// <summary>Writes what declares <c>inverse</c> and, where norms have one, <c>mean</c> of the row at <c>input</c>, in each lane of a vector.</summary>
    public static void EmitStatistics(SourceWriter writer, KernelContext context) => EmitStatistics(writer, context, 1);

    private static void EmitStatistics(SourceWriter writer, KernelContext context, int rows)
    {
        if (context.Plan.Norm.Normalization == Normalization.LayerNorm)
        {
            EmitMeanAndVariance(writer, context, rows);
        }
        else
        {
            EmitMeanSquare(writer, context, rows);
        }
    }

    private static void EmitMeanSquare(SourceWriter writer, KernelContext context, int rows)
    {
        NormPlan norm = context.Plan.Norm;
        int width = ModelPlan.RoundUp(norm.Dimension, VectorSet.PanelWidth);
        ForRows(writer, context, rows, (row, c, v) => $"{context.Floats} square{c} = {context.Floats}.Zero;");
        using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
        {
            ForRows(writer, context, rows, (row, c, v) => $"{context.Floats} x{c} = {Place(context, KernelContext.Offset("input", row * norm.Stride) + " + i", v)};");
            ForRows(writer, context, rows, (row, c, v) => $"square{c} = {context.FusedMultiplyAdd}(x{c}, x{c}, square{c});");
        }

        for (int row = 0; row < rows; row++)
        {
            EmitInverse(writer, context, "meanSquare", row, rows);
        }
    }

    private static void EmitMeanAndVariance(SourceWriter writer, KernelContext context, int rows)
    {
        NormPlan norm = context.Plan.Norm;
        int lanes = context.Vectors.Lanes;
        int width = ModelPlan.RoundUp(norm.Dimension, VectorSet.PanelWidth);
        int whole = norm.Dimension / VectorSet.PanelWidth * VectorSet.PanelWidth;
        string Input(int row, int place, int v, string i = "") => Place(context, KernelContext.Offset("input", (row * norm.Stride) + place) + i, v);

        ForRows(writer, context, rows, (row, c, v) => $"{context.Floats} sum{c} = {context.Floats}.Zero, square{c} = {context.Floats}.Zero;");
        using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
        {
            ForRows(writer, context, rows, (row, c, v) => $"sum{c} += {Input(row, 0, v, " + i")};");
        }

        for (int row = 0; row < rows; row++)
        {
            writer.Write($"{context.Floats} mean{OfRow(row, rows)} = {context.Simd}.Create({SumOfLanes(context, "sum", row)} / {norm.Dimension}f);");
        }

        if (whole > 0)
        {
            using (writer.Open($"for (int i = 0; i < {whole}; i += 16)"))
            {
                ForRows(writer, context, rows, (row, c, v) => $"{context.Floats} difference{c} = {Input(row, 0, v, " + i")} - mean{OfRow(row, rows)};");
                ForRows(writer, context, rows, (row, c, v) => $"square{c} = {context.FusedMultiplyAdd}(difference{c}, difference{c}, square{c});");
            }
        }

        for (int row = 0; row < rows; row++)
        {
            // The last panel is not full: what lies past the dimension does not count.
            foreach (int v in context.PanelVectors.Where(v => whole + (v * lanes) < norm.Dimension))
            {
                int c = Chain(context, row, v);
                string difference = $"{Input(row, whole, v)} - mean{OfRow(row, rows)}";
                writer.Write($"{context.Floats} last{c} = {context.FirstLanes(norm.Dimension - whole - (v * lanes), difference)};");
                writer.Write($"square{c} = {context.FusedMultiplyAdd}(last{c}, last{c}, square{c});");
            }

            EmitInverse(writer, context, "variance", row, rows);
        }
    }

    /// <summary>Writes what declares <c>inverse</c> from the sums of squares.</summary>
    private static void EmitInverse(SourceWriter writer, KernelContext context, string mean, int row, int rows)
    {
        string of = OfRow(row, rows);
        string epsilon = SourceWriter.Literal((float)context.Plan.Norm.Epsilon);
        writer.Write($"float {mean}{of} = {SumOfLanes(context, "square", row)} / {context.Plan.Norm.Dimension}f;");
        writer.Write($"{context.Floats} inverse{of} = {context.Simd}.Create(1f / global::System.MathF.Sqrt({mean}{of} + {epsilon}));");
    }

    /// <summary>Writes a line for each row, with a statement for each vector of a panel, given the row, the number of its chain, and that of the vector.</summary>
    private static void ForRows(SourceWriter writer, KernelContext context, int rows, Func<int, int, int, string> statement)
    {
        for (int row = 0; row < rows; row++)
        {
            writer.Write(context.ForPanel(v => statement(row, Chain(context, row, v), v)));
        }
    }

    private static int Chain(KernelContext context, int row, int v) => (row * context.Vectors.VectorsPerPanel) + v;

    /// <summary>What the name of something that each row has ends with.</summary>
    private static string OfRow(int row, int rows) => rows == 1 ? "" : $"{row}";

    private static string SumOfLanes(KernelContext context, string name, int row) =>
        $"SumOfLanes({string.Join(", ", context.PanelVectors.Select(v => name + Chain(context, row, v)))})";

    private static string Place(KernelContext context, string pointer, int v) => context.At(KernelContext.Offset(pointer, v * context.Vectors.Lanes));
}
