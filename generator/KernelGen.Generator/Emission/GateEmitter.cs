namespace KernelGen.Generator.Emission;

/// <summary>Writes the product in the middle of a gated feed-forward block (Shazeer 2020).</summary>
internal static class GateEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Gate",
        "The middle of a gated feed-forward block: activation(gate) · value, whose linear layers stand side by side in each row.",
        writer =>
        {
            Activation function = context.Model.GateFunction!.Value;
            int width = context.Model.Recipe.Layout.GateWidth;
            string gate = context.At("input + i");
            string activated = VectorMathEmitter.Activated(context, function, gate);
            writer.Write($"/// <summary>{function} of the first {width} values of each row, times the other {width}.</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void Gate(float* input, int rows, float* output)"))
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                using (writer.Open($"for (int i = 0; i < {width}; i += {context.Vectors.Lanes})"))
                {
                    writer.Write($"{context.At("output + i")} = {activated} * {context.At($"input + {width} + i")};");
                }

                writer.Write($"input += {2 * width};");
                writer.Write($"output += {context.Model.FeedForwardStride};");
            }
        });
}
