using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission;

/// <summary>Writes the embedding of a token at a position.</summary>
internal static class EmbeddingEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Embedding",
        "The embedding of a token, scaled, plus its position. "
        + (context.Plan.Embedding.IsOfRows
            ? "The table has a row for each token."
            : "The table is stored in panels of 16 tokens, so that the output projection can be the same memory."),
        writer =>
        {
            EmbeddingPlan embedding = context.Plan.Embedding;
            string place = embedding.IsOfRows ? "row of the table" : "column of its panel";
            writer.Write($"/// <summary>One row of {embedding.Dimension} floats: the token's {place}, scaled, plus its position.</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void Embed(int token, float* embedding, float* position, float* output)"))
            {
                if (embedding.IsOfRows)
                {
                    EmitOfRow(writer, context, embedding);
                }
                else
                {
                    EmitOfColumn(writer, embedding);
                }
            }
        });

    private static void EmitOfColumn(SourceWriter writer, EmbeddingPlan embedding)
    {
        int dimension = embedding.Dimension;
        writer.Write($"float* column = embedding + ((nint)(token >> 4) * {dimension * VectorSet.PanelWidth}) + (token & 15);");
        using (writer.Open($"for (int i = 0; i < {dimension}; i++)"))
        {
            EmitElement(writer, embedding, "column[i * 16]");
        }

        int width = KernelPlan.RoundUp(dimension, VectorSet.PanelWidth);
        if (width != dimension)
        {
            using (writer.Open($"for (int i = {dimension}; i < {width}; i++)"))
            {
                writer.Write("output[i] = 0f;");
            }
        }
    }

    private static void EmitOfRow(SourceWriter writer, KernelContext context, EmbeddingPlan embedding)
    {
        int whole = embedding.Dimension / context.Vectors.Lanes * context.Vectors.Lanes;
        writer.Write($"float* row = embedding + ((nint)token * {embedding.Dimension});");
        if (whole > 0)
        {
            string scale = $"{context.Simd}.Create({SourceWriter.Literal(embedding.Scale)})";
            using (writer.Open($"for (int i = 0; i < {whole}; i += {context.Vectors.Lanes})"))
            {
                writer.Write(!embedding.AddsPositions
                    ? $"{context.At("output + i")} = {context.At("row + i")} * {scale};"
                    : $"{context.At("output + i")} = {context.FusedMultiplyAdd}({context.At("row + i")}, {scale}, {context.At("position + i")});");
            }
        }

        if (whole < embedding.Dimension)
        {
            using (writer.Open($"for (int i = {whole}; i < {embedding.Dimension}; i++)"))
            {
                EmitElement(writer, embedding, "row[i]");
            }
        }
    }

    private static void EmitElement(SourceWriter writer, EmbeddingPlan embedding, string element)
    {
        string scale = SourceWriter.Literal(embedding.Scale);
        writer.Write(!embedding.AddsPositions
            ? $"output[i] = {element} * {scale};"
            : $"output[i] = global::System.MathF.FusedMultiplyAdd({element}, {scale}, position[i]);");
    }
}
