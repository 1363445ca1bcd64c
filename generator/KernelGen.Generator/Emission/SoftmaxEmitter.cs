namespace KernelGen.Generator.Emission;

/// <summary>Writes the softmax over a row of scores, fused or stand-alone.</summary>
internal static class SoftmaxEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Softmax",
        "Softmax over rows of scores.",
        writer =>
        {
            EmitExponentials(writer, context);
            writer.Write();
            EmitScale(writer, context);
            writer.Write();
            EmitSoftmax(writer);
        });

    private static void EmitExponentials(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        writer.Write(
            """
            /// <summary>
            /// Replaces scores by 2^((score - maximum) · scale) and returns the sum of these. Lanes past count become 0, so that they do not count.
            /// </summary>
            """);
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static float Exponentials(float* scores, int count, float scale)"))
        {
            writer.Write("int whole = count & ~15;");
            writer.Write($"{context.Floats} rest = {simd}.Create((float)(count - whole));");
            writer.Write(context.ForPanel(v => $"{context.Floats} inside{v} = {simd}.LessThan({LaneNumbers(context, v)}, rest);"));

            writer.Write(context.ForPanel(v => $"{context.Floats} highest{v} = {simd}.Create(float.NegativeInfinity);"));

            using (writer.Open("for (int i = 0; i < whole; i += 16)"))
            {
                writer.Write(context.ForPanel(v => $"highest{v} = {simd}.MaxNative(highest{v}, {context.At(KernelContext.Offset("scores + i", v * context.Vectors.Lanes))});"));
            }

            using (writer.Open("if (whole != count)"))
            {
                writer.Write(context.ForPanel(v => $"highest{v} = {simd}.MaxNative(highest{v}, {simd}.ConditionalSelect(inside{v}, {context.At(KernelContext.Offset("scores + whole", v * context.Vectors.Lanes))}, {simd}.Create(float.NegativeInfinity)));"));
            }

            writer.Write();
            writer.Write($"float maximum = MaximumOfLanes({context.PanelArguments("highest")});");
            writer.Write("// Where every score is minus infinity there is nothing to subtract, and every power is 0.");
            writer.Write($"{context.Floats} shift = {simd}.Create(maximum == float.NegativeInfinity ? 0f : maximum);");
            writer.Write($"{context.Floats} factor = {simd}.Create(scale);");
            writer.Write(context.ForPanel(v => $"{context.Floats} sum{v} = {context.Floats}.Zero;"));

            using (writer.Open("for (int i = 0; i < whole; i += 16)"))
            {
                foreach (int v in context.PanelVectors)
                {
                    string place = context.At(KernelContext.Offset("scores + i", v * context.Vectors.Lanes));
                    writer.Write($"{context.Floats} power{v} = {VectorMathEmitter.Exponential2UpTo127}(({place} - shift) * factor);");
                    writer.Write($"{place} = power{v};");
                    writer.Write($"sum{v} += power{v};");
                }
            }

            using (writer.Open("if (whole != count)"))
            {
                foreach (int v in context.PanelVectors)
                {
                    string place = context.At(KernelContext.Offset("scores + whole", v * context.Vectors.Lanes));
                    writer.Write($"{context.Floats} power{v} = {simd}.ConditionalSelect(inside{v}, {VectorMathEmitter.Exponential2UpTo127}(({place} - shift) * factor), {context.Floats}.Zero);");
                    writer.Write($"{place} = power{v};");
                    writer.Write($"sum{v} += power{v};");
                }
            }

            writer.Write();
            writer.Write($"return SumOfLanes({context.PanelArguments("sum")});");
        }
    }

    private static void EmitScale(SourceWriter writer, KernelContext context)
    {
        writer.Write("/// <summary>Multiplies count floats, rounded up to a multiple of 16, by 1 / sum; by 0 where the sum is 0.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("private static void DivideBySum(float* values, int count, float sum)"))
        {
            writer.Write($"{context.Floats} inverse = {context.Simd}.Create(sum == 0f ? 0f : 1f / sum);");
            using (writer.Open($"for (int i = 0; i < count; i += 16)"))
            {
                writer.Write(context.ForPanel(v => $"{context.At(KernelContext.Offset("values + i", v * context.Vectors.Lanes))} = {context.At(KernelContext.Offset("values + i", v * context.Vectors.Lanes))} * inverse;"));
            }
        }
    }

    private static void EmitSoftmax(SourceWriter writer)
    {
        writer.Write("/// <summary>softmax(scale · scores) over each row.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void Softmax(float* scores, int rows, int count, int stride, float scale)"))
        {
            writer.Write("float base2Scale = (float)((double)scale * 1.4426950408889634);");
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                writer.Write("DivideBySum(scores, count, Exponentials(scores, count, base2Scale));");
                writer.Write("scores += stride;");
            }
        }
    }

    /// <summary>The numbers 0 to 15 of the lanes in vector <paramref name="v"/> of a panel, as floats.</summary>
    private static string LaneNumbers(KernelContext context, int v) =>
        $"{context.Simd}.Create({string.Join(", ", Enumerable.Range(v * context.Vectors.Lanes, context.Vectors.Lanes).Select(static lane => lane + "f"))})";
}
