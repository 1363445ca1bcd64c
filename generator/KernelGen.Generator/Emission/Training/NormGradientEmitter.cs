using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the gradient of a norm's inputs.</summary>
internal static class NormGradientEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "NormGradient",
        HasMean(context)
            ? "The gradient of layer normalisation: with x^ = (x - mean) / √(variance + ε) and g = gradient · γ it is (g - mean(g) - x^ · mean(g · x^)) / √(variance + ε)."
            : "The gradient of normalisation by the root mean square: with x^ = x / √(mean(x²) + ε) and g = gradient · γ it is (g - x^ · mean(g · x^)) / √(mean(x²) + ε).",
        writer =>
        {
            int dimension = context.Specification.ModelDimension;
            int width = ModelPlan.RoundUp(dimension, VectorSet.PanelWidth);
            bool hasMean = HasMean(context);
            string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * context.Vectors.Lanes));
            void EmitFactors()
            {
                string difference(int v) => hasMean ? $"({Place("input + i", v)} - mean)" : Place("input + i", v);
                writer.Write(context.ForPanel(v => $"{context.Floats} g{v} = {Place("outputGradient + i", v)} * {Place("norm + i", v)};"));
                writer.Write(context.ForPanel(v => $"{context.Floats} normalized{v} = {difference(v)} * inverse;"));
            }

            writer.Write($"/// <summary>The gradient of each row's inputs; its statistics are {(hasMean ? "its mean" : "0")} and what it was multiplied with.</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void NormGradient(float* input, int rows, float* norm, float* outputGradient, float* inputGradient, float* statistics)"))
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                NormEmitter.EmitStatistics(writer, context);
                writer.Write($"statistics[0] = {(hasMean ? $"{context.Simd}.ToScalar(mean)" : "0f")};");
                writer.Write($"statistics[1] = {context.Simd}.ToScalar(inverse);");
                writer.Write();
                writer.Write("// Past the dimension gradients and γ are zero, so that nothing is added.");
                if (hasMean)
                {
                    writer.Write(context.ForPanel(v => $"{context.Floats} total{v} = {context.Floats}.Zero;"));
                }

                writer.Write(context.ForPanel(v => $"{context.Floats} product{v} = {context.Floats}.Zero;"));
                using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
                {
                    EmitFactors();
                    if (hasMean)
                    {
                        writer.Write(context.ForPanel(v => $"total{v} += g{v};"));
                    }

                    writer.Write(context.ForPanel(v => $"product{v} = {context.FusedMultiplyAdd}(g{v}, normalized{v}, product{v});"));
                }

                if (hasMean)
                {
                    writer.Write($"{context.Floats} meanOfGradient = {context.Simd}.Create(SumOfLanes({context.PanelArguments("total")}) / {dimension}f);");
                }

                writer.Write($"{context.Floats} slope = {context.Simd}.Create(SumOfLanes({context.PanelArguments("product")}) / {-dimension}f);");
                using (writer.Open($"for (int i = 0; i < {width}; i += 16)"))
                {
                    EmitFactors();
                    string centred(int v) => hasMean ? $"g{v} - meanOfGradient" : $"g{v}";
                    writer.Write(context.ForPanel(v => $"{Place("inputGradient + i", v)} = {context.FusedMultiplyAdd}(normalized{v}, slope, {centred(v)}) * inverse;"));
                }

                if (width != dimension)
                {
                    using (writer.Open($"for (int i = {dimension}; i < {width}; i++)"))
                    {
                        writer.Write("inputGradient[i] = 0f;");
                    }
                }

                writer.Write($"input += {context.Model.ModelStride};");
                writer.Write($"outputGradient += {context.Model.ModelStride};");
                writer.Write($"inputGradient += {context.Model.ModelStride};");
                writer.Write("statistics += 2;");
            }
        });

    private static bool HasMean(KernelContext context) => context.Specification.Normalization == Normalization.LayerNorm;
}
