namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the gradient of the scores that a softmax was given.</summary>
internal static class SoftmaxGradientEmitter
{
    public static GeneratedFile Emit(KernelContext context) => context.File(
        "SoftmaxGradient",
        "The gradient of softmax over rows of scores: probability · (gradient - Σ probability · gradient) · scale.",
        writer =>
        {
            string Place(string pointer, int v) => context.At(KernelContext.Offset(pointer, v * context.Vectors.Lanes));
            writer.Write("/// <summary>Each row's gradient becomes that of its scores. Past the count probabilities are zero, and so become gradients.</summary>");
            writer.Write(KernelContext.Optimized);
            using (writer.Open("public static void SoftmaxGradient(float* probabilities, float* gradient, int rows, int count, float scale)"))
            using (writer.Open("for (int row = 0; row < rows; row++)"))
            {
                writer.Write(context.ForPanel(v => $"{context.Floats} sum{v} = {context.Floats}.Zero;"));
                using (writer.Open("for (int i = 0; i < count; i += 16)"))
                {
                    writer.Write(context.ForPanel(v => $"sum{v} = {context.FusedMultiplyAdd}({Place("probabilities + i", v)}, {Place("gradient + i", v)}, sum{v});"));
                }

                writer.Write($"{context.Floats} mean = {context.Simd}.Create(SumOfLanes({context.PanelArguments("sum")}));");
                using (writer.Open("for (int i = 0; i < count; i += 16)"))
                {
                    writer.Write(context.ForPanel(v =>
                        $"{Place("gradient + i", v)} = ({Place("probabilities + i", v)} * ({Place("gradient + i", v)} - mean)) * {context.Simd}.Create(scale);"));
                }

                writer.Write($"probabilities += {context.Plan.Attention.ScoreStride};");
                writer.Write($"gradient += {context.Plan.Attention.ScoreStride};");
            }
        });
}
