using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the norm: layer normalisation (Ba et al. 2016), or that by the root mean square alone (Zhang and Sennrich 2019).</summary>
internal static class NormEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.Specification.Normalization switch
    {
        Normalization.LayerNorm => context.File(
            "Norm", $"Layer normalisation: (x - mean) / √(variance + ε) · γ{(context.Specification.NormShift ? " + β" : "")} over each row.", writer => EmitLayerNorm(writer, context)),
        Normalization.RootMeanSquare => context.File(
            "Norm", "Normalisation by the root mean square: x / √(mean(x²) + ε) · γ over each row.", writer => EmitRootMeanSquare(writer, context)),
        var other => throw new InvalidOperationException($"The normalisation {other} cannot be written."),
    };

    private static void EmitRootMeanSquare(SourceWriter writer, KernelContext context)
    {
        int lanes = context.Vectors.Lanes;
        int width = ModelPlan.RoundUp(context.Specification.ModelDimension, VectorSet.PanelWidth);
        string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * lanes));

        writer.Write("/// <summary>Normalises rows; the norm holds γ. What lies past the dimension is zero, and adds nothing.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void Norm(float* input, int rows, float* norm, float* output)"))
        using (writer.Open("for (int row = 0; row < rows; row++)"))
        {
            EmitStatistics(writer, context);
            using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
            {
                writer.Write(context.ForPanel(v => $"{Place("output + i", v)} = ({Place("input + i", v)} * inverse) * {Place("norm + i", v)};"));
            }

            writer.Write($"input += {context.Plan.ModelStride};");
            writer.Write($"output += {context.Plan.ModelStride};");
        }
    }

    private static void EmitLayerNorm(SourceWriter writer, KernelContext context)
    {
        int lanes = context.Vectors.Lanes;
        int width = ModelPlan.RoundUp(context.Specification.ModelDimension, VectorSet.PanelWidth);
        string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * lanes));

        bool hasShift = context.Specification.NormShift;
        writer.Write($"/// <summary>Normalises rows; the norm holds γ{(hasShift ? ", and then β" : "")}.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void Norm(float* input, int rows, float* norm, float* output)"))
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
                            ? $"{Place("output + i", v)} = {context.FusedMultiplyAdd}({normalised}, {Place("norm + i", v)}, {Place($"norm + {width} + i", v)});"
                            : $"{Place("output + i", v)} = ({normalised}) * {Place("norm + i", v)};");
                    }
                }

                writer.Write($"input += {context.Plan.ModelStride};");
                writer.Write($"output += {context.Plan.ModelStride};");
            }
        }
    }

    /// <summary>Writes what declares <c>inverse</c> and, where norms have one, <c>mean</c> of the row at <c>input</c>, in each lane of a vector.</summary>
    public static void EmitStatistics(SourceWriter writer, KernelContext context)
    {
        if (context.Specification.Normalization == Normalization.LayerNorm)
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
        int dimension = context.Specification.ModelDimension;
        int width = ModelPlan.RoundUp(dimension, VectorSet.PanelWidth);
        string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * lanes));

        writer.Write(context.ForPanel(v => $"{context.Floats} square{v} = {context.Floats}.Zero;"));
        using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
        {
            writer.Write(context.ForPanel(v => $"{context.Floats} x{v} = {Place("input + i", v)};"));
            writer.Write(context.ForPanel(v => $"square{v} = {context.FusedMultiplyAdd}(x{v}, x{v}, square{v});"));
        }

        string epsilon = SourceWriter.Literal((float)context.Specification.LayerNormEpsilon);
        writer.Write($"float meanSquare = SumOfLanes({context.PanelArguments("square")}) / {dimension}f;");
        writer.Write($"{context.Floats} inverse = {context.Simd}.Create(1f / global::System.MathF.Sqrt(meanSquare + {epsilon}));");
    }

    private static void EmitMeanAndVariance(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        int lanes = context.Vectors.Lanes;
        int dimension = context.Specification.ModelDimension;
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

        string epsilon = SourceWriter.Literal((float)context.Specification.LayerNormEpsilon);
        writer.Write($"float variance = SumOfLanes({context.PanelArguments("square")}) / {dimension}f;");
        writer.Write($"{context.Floats} inverse = {simd}.Create(1f / global::System.MathF.Sqrt(variance + {epsilon}));");
    }
}
