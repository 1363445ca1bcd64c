using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the products of attention for one head of one sequence, of which its forward and its backward pass are made.</summary>
internal static class HeadEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Head",
        "Products of one head of one sequence: queries with keys, which stand transposed in panels of 16 positions, and weights with values.",
        writer =>
        {
            AttentionPlan attention = context.Plan.Attention;
            VectorSet vectors = context.Vectors;
            int panels = vectors.Panels;
            int sumPanels = attention.WeightedSumPanels(vectors);
            TileFamily scores = attention.HeadScores, weightedSum = attention.HeadWeightedSum;
            writer.Write($"/// <summary>[rows, {attention.HeadDimension}] · [{attention.HeadDimension}, positions].</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void HeadScores(float* query, int rows, float* keys, int positions, float* scores)"))
            using (writer.Open($"for (int position = 0; position < positions; position += {panels * VectorSet.PanelWidth})"))
            {
                writer.Write($"{TileEmitter.RowsName(scores, panels)}(query, rows, keys + ((nint)position * {attention.HeadWidth}), scores + position);");
            }

            writer.Write();
            writer.Write($"/// <summary>[rows, positions] · [positions, {attention.HeadWidth}].</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void HeadWeightedSum(float* weights, int rows, int positions, float* values, float* output)"))
            using (writer.Open($"for (int column = 0; column < {attention.HeadWidth}; column += {sumPanels * VectorSet.PanelWidth})"))
            {
                writer.Write($"{TileEmitter.RowsName(weightedSum, sumPanels)}(weights, rows, positions, values + column, output + column);");
            }

            writer.Write();
            TileEmitter.Emit(
                writer,
                (new AttentionTileEmitter(context, attention.HeadScores), TileShape.OfWidth(vectors, panels)),
                (new AttentionTileEmitter(context, attention.HeadWeightedSum), TileShape.OfWidth(vectors, sumPanels)));
        });
}
