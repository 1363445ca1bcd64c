namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes what stands between the two linear layers of a feed-forward block, forwards and backwards.</summary>
internal static class ActivationEmitter
{
    private const string Derivative = "ActivationDerivative";

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "Activation",
        context.Specification.GatedFeedForward
            ? "The middle of a gated feed-forward block, activation(gate) · value, and the gradients of gates and values, which stand side by side in each row."
            : "The activation in the middle of a feed-forward block, and the gradient of what it was given.",
        writer =>
        {
            EmitActivate(writer, context);
            writer.Write();
            EmitGradient(writer, context);
            writer.Write();
            if (context.Specification.IsSpeech)
            {
                EmitConvolved(writer, context);
                writer.Write();
            }

            EmitDerivative(writer, context);
        });

    private static int Width(KernelContext context) => context.Model.Recipe.Layout.GateWidth;

    /// <summary>From row to row of what the first linear layer gives.</summary>
    private static int InputStride(KernelContext context) =>
        context.Specification.GatedFeedForward ? Layout.ModelLayout.RowStride(2 * Width(context)) : context.Model.FeedForwardStride;

    private static string Activated(KernelContext context, string x) => VectorMathEmitter.Activated(context, context.Specification.Activation, x);

    private static void EmitActivate(SourceWriter writer, KernelContext context)
    {
        string value = context.Specification.GatedFeedForward ? $" * {context.At($"input + {Width(context)} + i")}" : "";
        writer.Write($"/// <summary>{context.Specification.Activation} of {Width(context)} values of each row{(value.Length > 0 ? ", times as many others" : "")}.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void Activate(float* input, int rows, float* output)"))
        using (writer.Open("for (int row = 0; row < rows; row++)"))
        {
            using (writer.Open($"for (int i = 0; i < {Width(context)}; i += {context.Vectors.Lanes})"))
            {
                writer.Write($"{context.At("output + i")} = {Activated(context, context.At("input + i"))}{value};");
            }

            writer.Write($"input += {InputStride(context)};");
            writer.Write($"output += {context.Model.FeedForwardStride};");
        }
    }

    private static void EmitGradient(SourceWriter writer, KernelContext context)
    {
        int width = Width(context);
        writer.Write($"/// <summary>The gradient of what <c>Activate</c> read.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void ActivationGradient(float* input, int rows, float* outputGradient, float* inputGradient)"))
        using (writer.Open("for (int row = 0; row < rows; row++)"))
        {
            using (writer.Open($"for (int i = 0; i < {width}; i += {context.Vectors.Lanes})"))
            {
                writer.Write($"{context.Floats} x = {context.At("input + i")}, gradient = {context.At("outputGradient + i")};");
                if (context.Specification.GatedFeedForward)
                {
                    writer.Write($"{context.Floats} value = {context.At($"input + {width} + i")};");
                    writer.Write($"{context.At($"inputGradient + {width} + i")} = gradient * {Activated(context, "x")};");
                    writer.Write("gradient *= value;");
                }

                writer.Write($"{context.At("inputGradient + i")} = gradient * {Derivative}(x);");
            }

            writer.Write($"input += {InputStride(context)};");
            writer.Write($"outputGradient += {context.Model.FeedForwardStride};");
            writer.Write($"inputGradient += {InputStride(context)};");
        }
    }

    /// <summary>Writes the function behind convolutions, which is that of feed-forward blocks, and its gradient.</summary>
    private static void EmitConvolved(SourceWriter writer, KernelContext context)
    {
        writer.Write($"/// <summary>{context.Specification.Activation} of what a convolution gives.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void ActivateConvolved(float* input, int length, float* output)"))
        using (writer.Open($"for (int i = 0; i < length; i += {context.Vectors.Lanes})"))
        {
            writer.Write($"{context.At("output + i")} = {Activated(context, context.At("input + i"))};");
        }

        writer.Write();
        writer.Write("/// <summary>The gradient of what <c>ActivateConvolved</c> read.</summary>");
        writer.Write(KernelContext.Optimized);
        using (writer.Open("public static void ConvolvedGradient(float* input, int length, float* outputGradient, float* inputGradient)"))
        using (writer.Open($"for (int i = 0; i < length; i += {context.Vectors.Lanes})"))
        {
            writer.Write($"{context.At("inputGradient + i")} = {context.At("outputGradient + i")} * {Derivative}({context.At("input + i")});");
        }
    }

    private static void EmitDerivative(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        Activation activation = context.Specification.Activation;
        writer.Write(activation switch
        {
            Activation.Relu => "/// <summary>1 where x is above 0, else 0; NaN where x is NaN.</summary>",
            Activation.Gelu => "/// <summary>Φ(x) + x · φ(x), Φ the normal distribution and φ its density, 2^(-x² · log2(e) / 2) / √(2π).</summary>",
            Activation.GeluTanh => "/// <summary>s · (1 + x · (1 - s) · 2u'), s = sigmoid(2u), u = √(2/π) · (x + 0.044715 x³). Past ±12 nothing changes.</summary>",
            Activation.Silu => "/// <summary>s · (1 + x · (1 - s)), s = sigmoid(x). Past ±100 nothing changes.</summary>",
            Activation.Tanh => "/// <summary>1 - tanh(x)².</summary>",
            _ => throw VectorMathEmitter.Unknown(activation),
        });
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static {context.Floats} {Derivative}({context.Floats} x)"))
        {
            switch (activation)
            {
                case Activation.Relu:
                    writer.Write($"{context.Floats} step = {simd}.ConditionalSelect({simd}.GreaterThan(x, {context.Floats}.Zero), {simd}.Create(1f), {context.Floats}.Zero);");
                    writer.Write($"return {simd}.ConditionalSelect({simd}.Equals(x, x), step, x);");
                    break;

                case Activation.Gelu:
                    VectorMathEmitter.EmitNormalTail(writer, context);
                    writer.Write(
                        $$"""
                        {{context.Floats}} density = {{simd}}.Create({{SourceWriter.Literal((float)(1 / Math.Sqrt(2 * Math.PI)))}}) * {{VectorMathEmitter.Exponential2UpTo127}}(a * a * {{simd}}.Create({{SourceWriter.Literal(-VectorMathEmitter.Log2E / 2)}}));
                        {{context.Floats}} below = {{context.FusedMultiplyAdd}}(-a, density, tail);
                        return {{simd}}.ConditionalSelect({{simd}}.LessThan(x, {{context.Floats}}.Zero), below, {{simd}}.Create(1f) - below);
                        """);
                    break;

                case Activation.GeluTanh:
                    // 2u' = 2 · √(2/π) · (1 + 3 · 0.044715 x²).
                    EmitBounded(writer, context, 12);
                    VectorMathEmitter.EmitTanhExponent(writer, context, "bounded");
                    string Constant(double factor) => $"{simd}.Create({SourceWriter.Literal((float)(2 * Math.Sqrt(2 / Math.PI) * factor))})";
                    writer.Write($"{context.Floats} slope = {context.FusedMultiplyAdd}({Constant(3 * 0.044715)}, bounded * bounded, {Constant(1)});");
                    EmitSigmoidSlope(writer, context, "exponent", " * slope");
                    break;

                case Activation.Silu:
                    EmitBounded(writer, context, 100);
                    EmitSigmoidSlope(writer, context, $"bounded * {simd}.Create({SourceWriter.Literal(-VectorMathEmitter.Log2E)})", "");
                    break;

                case Activation.Tanh:
                    writer.Write($"{context.Floats} tanh = {activation}(x);");
                    writer.Write($"return {context.FusedMultiplyAdd}({context.Floats}.Zero - tanh, tanh, {simd}.Create(1f));");
                    break;

                default:
                    throw VectorMathEmitter.Unknown(activation);
            }
        }
    }

    /// <summary>Writes what declares <c>bounded</c>: x, but not infinite, so that nothing becomes NaN but NaN.</summary>
    private static void EmitBounded(SourceWriter writer, KernelContext context, int bound)
    {
        string simd = context.Simd;
        writer.Write($"{context.Floats} above = {simd}.ConditionalSelect({simd}.LessThan(x, {simd}.Create({-bound}f)), {simd}.Create({-bound}f), x);");
        writer.Write($"{context.Floats} bounded = {simd}.ConditionalSelect({simd}.GreaterThan(above, {simd}.Create({bound}f)), {simd}.Create({bound}f), above);");
    }

    /// <summary>Writes the derivative of x · s, s = 1 / (1 + 2^exponent): 1 - s is 2^exponent · s, which loses nothing where s is near 1.</summary>
    private static void EmitSigmoidSlope(SourceWriter writer, KernelContext context, string exponent, string factor)
    {
        string simd = context.Simd;
        writer.Write($"{context.Floats} power = {VectorMathEmitter.Exponential2}({exponent}), s = {simd}.Create(1f) / ({simd}.Create(1f) + power);");
        writer.Write($"return s * {context.FusedMultiplyAdd}(bounded{factor}, power * s, {simd}.Create(1f));");
    }
}
