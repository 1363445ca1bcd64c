using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the norm: layer normalisation (Ba et al. 2016), or that by the root mean square alone (Zhang and Sennrich 2019).</summary>
internal static class NormEmitter
{
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
        int lanes = context.Vectors.Lanes;
        int width = ModelPlan.RoundUp(context.Plan.Norm.Dimension, VectorSet.PanelWidth);
        string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * lanes));

        writer.Write("/// <summary>Normalises rows; the norm holds γ. What lies past the dimension is zero, and adds nothing.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open(Signature(context.Plan.Norm)))
        using (writer.Open("for (int row = 0; row < rows; row++)"))
        {
            EmitStatistics(writer, context);
            using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
            {
                writer.Write(context.ForPanel(v => $"{Place("output + i", v)} = ({Place("input + i", v)} * inverse) * {Place("norm + i", v)};"));
            }

            writer.Write($"input += {context.Plan.Norm.Stride};");
            writer.Write($"output += {context.Plan.Norm.Stride};");
        }
    }

    private static void EmitLayerNorm(SourceWriter writer, KernelContext context)
    {
        int lanes = context.Vectors.Lanes;
        int width = ModelPlan.RoundUp(context.Plan.Norm.Dimension, VectorSet.PanelWidth);
        string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * lanes));

        bool hasShift = context.Plan.Norm.HasShift;
        bool takesShift = context.Plan.Norm.TakesShift;
        writer.Write($"/// <summary>Normalises rows; the norm holds γ{(!hasShift ? "" : takesShift ? ", the shift β" : ", and then β")}.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open(Signature(context.Plan.Norm)))
        {
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                EmitStatistics(writer, context);
                using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
                {
                    foreach (int v in context.PanelVectors)
                    {
                        string normalised = $"({Place("input + i", v)} - mean) * inverse";
                        writer.Write(hasShift
                            ? $"{Place("output + i", v)} = {context.FusedMultiplyAdd}({normalised}, {Place("norm + i", v)}, {Place(takesShift ? "shift + i" : $"norm + {width} + i", v)});"
                            : $"{Place("output + i", v)} = ({normalised}) * {Place("norm + i", v)};");
                    }
                }

                writer.Write($"input += {context.Plan.Norm.Stride};");
                writer.Write($"output += {context.Plan.Norm.Stride};");
            }
        }
    }

    /// <summary>Writes what declares <c>inverse</c> and, where norms have one, <c>mean</c> of the row at <c>input</c>, in each lane of a vector.</summary>
    public static void EmitStatistics(SourceWriter writer, KernelContext context)
    {
        if (context.Plan.Norm.Normalization == Normalization.LayerNorm)
        {
            EmitMeanAndVariance(writer, context);
        }
        else
        {
            EmitMeanSquare(writer, context);
        }
    }

    private static void EmitMeanSquare(SourceWriter writer, KernelContext context)
    {
        int lanes = context.Vectors.Lanes;
        int dimension = context.Plan.Norm.Dimension;
        int width = ModelPlan.RoundUp(dimension, VectorSet.PanelWidth);
        string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * lanes));

        writer.Write(context.ForPanel(v => $"{context.Floats} square{v} = {context.Floats}.Zero;"));
        using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
        {
            writer.Write(context.ForPanel(v => $"{context.Floats} x{v} = {Place("input + i", v)};"));
            writer.Write(context.ForPanel(v => $"square{v} = {context.FusedMultiplyAdd}(x{v}, x{v}, square{v});"));
        }

        string epsilon = SourceWriter.Literal((float)context.Plan.Norm.Epsilon);
        writer.Write($"float meanSquare = SumOfLanes({context.PanelArguments("square")}) / {dimension}f;");
        writer.Write($"{context.Floats} inverse = {context.Simd}.Create(1f / global::System.MathF.Sqrt(meanSquare + {epsilon}));");
    }

    private static void EmitMeanAndVariance(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        int dimension = context.Plan.Norm.Dimension;
        int width = ModelPlan.RoundUp(dimension, VectorSet.PanelWidth);
        int whole = dimension / VectorSet.PanelWidth * VectorSet.PanelWidth;
        string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * lanes));

        writer.Write(context.ForPanel(v => $"{context.Floats} sum{v} = {context.Floats}.Zero, square{v} = {context.Floats}.Zero;"));

        using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
        {
            writer.Write(context.ForPanel(v => $"sum{v} += {Place("input + i", v)};"));
        }

        writer.Write($"{context.Floats} mean = {simd}.Create(SumOfLanes({context.PanelArguments("sum")}) / {dimension}f);");
        if (whole > 0)
        {
            using (writer.Open($"for (int i = 0; i < {whole}; i += 16)"))
            {
                foreach (int v in context.PanelVectors)
                {
                    writer.Write($"{context.Floats} difference{v} = {Place("input + i", v)} - mean;");
                    writer.Write($"square{v} = {context.FusedMultiplyAdd}(difference{v}, difference{v}, square{v});");
                }
            }
        }

        // The last panel is not full: what lies past the dimension does not count.
        foreach (int v in context.PanelVectors.Where(v => whole + (v * lanes) < dimension))
        {
            string difference = $"{Place(KernelContext.Offset("input", whole), v)} - mean";
            writer.Write($"{context.Floats} last{v} = {context.FirstLanes(dimension - whole - (v * lanes), difference)};");
            writer.Write($"square{v} = {context.FusedMultiplyAdd}(last{v}, last{v}, square{v});");
        }

        string epsilon = SourceWriter.Literal((float)context.Plan.Norm.Epsilon);
        writer.Write($"float variance = SumOfLanes({context.PanelArguments("square")}) / {dimension}f;");
        writer.Write($"{context.Floats} inverse = {simd}.Create(1f / global::System.MathF.Sqrt(variance + {epsilon}));");
    }
}
