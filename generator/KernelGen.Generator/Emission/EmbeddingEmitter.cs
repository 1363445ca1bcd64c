using KernelGen.Generator.Planning;
using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the embedding of a token at a position.</summary>
internal static class EmbeddingEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Embedding",
        "The embedding of a token, scaled, plus its position. The table is stored in panels of 16 tokens, so that the output projection can be the same memory.",
        writer =>
        {
            ModelSpecification model = context.Specification;
            int dimension = model.ModelDimension;
            string scale = SourceWriter.Literal(model.ScaleEmbedding ? (float)Math.Sqrt(dimension) : 1f);
            writer.Write($"/// <summary>One row of {dimension} floats: the token's column of its panel, scaled, plus its position.</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void Embed(int token, float* embedding, float* position, float* output)"))
            {
                writer.Write($"float* column = embedding + ((nint)(token >> 4) * {dimension * VectorSet.PanelWidth}) + (token & 15);");
                using (writer.Open($"for (int i = 0; i < {dimension}; i++)"))
                {
                    writer.Write(!model.AddsPositions
                        ? $"output[i] = column[i * 16] * {scale};"
                        : $"output[i] = global::System.MathF.FusedMultiplyAdd(column[i * 16], {scale}, position[i]);");
                }

                int width = ModelPlan.RoundUp(dimension, VectorSet.PanelWidth);
                if (width != dimension)
                {
                    using (writer.Open($"for (int i = {dimension}; i < {width}; i++)"))
                    {
                        writer.Write("output[i] = 0f;");
                    }
                }
            }
        });
}
