namespace KernelGen.Generator.Emission;

/// <summary>
/// Writes what turns queries and keys by their positions (Su et al. 2021). Weights are packed so that in each head the first numbers of all pairs come first, and then
/// the second ones.
/// </summary>
internal static class RotationEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Rotation",
        "Rotary positions: pairs of numbers of queries and keys are turned by angles that grow with the position.",
        writer =>
        {
            int pairs = context.Specification.RotaryPairs;
            int lanes = context.Vectors.Lanes;
            int whole = pairs / lanes * lanes;
            writer.Write($"/// <summary>Turns the first {pairs} numbers of each head with the {pairs} behind them; products and sums are rounded one by one.</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void Rotate(float* queryKeyValue, int rows, float* rotations)"))
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                if (whole > 0)
                {
                    EmitPairs(writer, context, 0, whole, lanes);
                }

                if (whole < pairs)
                {
                    writer.Write("// These vectors hold more than pairs, which stays as it is.");
                    EmitPairs(writer, context, whole, pairs, pairs - whole);
                }

                writer.Write($"queryKeyValue += {3 * context.Plan.Attention.Width};");
                writer.Write($"rotations += {2 * context.Model.Recipe.Layout.RotationWidth};");
            }
        });

    private static void EmitPairs(SourceWriter writer, KernelContext context, int from, int to, int count)
    {
        int pairs = context.Specification.RotaryPairs;
        using (writer.Open($"for (int i = {from}; i < {to}; i += {context.Vectors.Lanes})"))
        {
            writer.Write($"{context.Floats} cosine = {context.At("rotations + i")}, sine = {context.At($"rotations + {context.Model.Recipe.Layout.RotationWidth} + i")};");
            using (writer.Open($"for (int head = 0; head < {2 * context.Specification.Heads}; head++)"))
            {
                writer.Write($"float* pairs = queryKeyValue + (head * {context.Plan.Attention.HeadWidth}) + i;");
                writer.Write($"{context.Floats} first = {context.At("pairs")}, second = {context.At($"pairs + {pairs}")};");
                writer.Write($"{context.At("pairs")} = {context.FirstLanes(count, "(first * cosine) - (second * sine)", "first")};");
                writer.Write($"{context.At($"pairs + {pairs}")} = {context.FirstLanes(count, "(second * cosine) + (first * sine)", "second")};");
            }
        }
    }
}
