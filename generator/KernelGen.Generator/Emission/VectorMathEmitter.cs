
namespace KernelGen.Generator.Emission;

/// <summary>Writes the elementary functions and the sums over 16 lanes: the same operations in the same order for every instruction set.</summary>
internal static class VectorMathEmitter
{
    public const float Log2E = 1.44269504f;

    /// <summary>The method that gives 2^x for any x; it is there where an activation calls it.</summary>
    public const string Exponential2 = "Exponential2";

    /// <summary>The method that gives 2^x for x up to 127: what softmax takes is never positive.</summary>
    public const string Exponential2UpTo127 = "Exponential2UpTo127";

    /// <summary>2^f = 1 + f · P(f) for f in [-1/2, 1/2], minimax with a relative error of 2e-9: P's coefficients, the constant first.</summary>
    private static readonly float[] Exponential2Polynomial =
        [0.693147182f, 0.240226507f, 0.0555032753f, 0.00961801410f, 0.00134003849f, 0.000154735695f];

    /// <summary>
    /// log2(2 Φ(-a)) = a · S(a) for a in [0, 8.5], Φ the normal distribution: S's coefficients, the constant first. Minimax weighted with Φ(-a);
    /// Φ(-a) is met within 4e-9 relative to max(Φ(-a), 1e-7). Beyond 8.5, Φ(-a) is below 1e-17.
    /// </summary>
    private static readonly float[] NormalTailPolynomial =
    [
        -1.15110445f, -0.459219903f, -0.0524394475f, 0.00693592895f, 1.62864089e-05f, -0.000290853408f, 8.04292358e-05f, -1.16913916e-05f,
        9.19066508e-07f, -3.03669161e-08f,
    ];

    /// <summary>tanh(x) = x + x · z · T(z), z = x², for x in ±0.625, with a relative error of 1e-8 (Moshier's Cephes): T's coefficients, the constant first.</summary>
    private static readonly float[] TanhPolynomial = [-0.333332819422f, 0.133314422036f, -0.0537397155531f, 0.0206390887954f, -0.00570498872745f];

    public static GeneratedFile Emit(KernelContext context) => context.File(
        "VectorMath",
        "Elementary functions on vectors, and sums over 16 lanes: the same bits for every instruction set.",
        writer =>
        {
            EmitExponential2(writer, context);
            foreach (Activation function in context.Plan.VectorFunctions)
            {
                writer.Write();
                EmitActivation(writer, context, function);
            }

            writer.Write();
            EmitLaneReductions(writer, context);
        });

    /// <summary>Writes 2^x for what is known to be small, and for any x where a function of the model takes it.</summary>
    private static void EmitExponential2(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        writer.Write("/// <summary>2^x for x up to 127; 0 below -126. x = n + f with n whole; 2^f by a polynomial, times 2^n.</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static {context.Floats} {Exponential2UpTo127}({context.Floats} x)"))
        {
            writer.Write(
                $$"""
                {{context.Floats}} magic = {{simd}}.Create(12582912f);
                {{context.Floats}} shifted = x + magic;
                {{context.Floats}} f = x - (shifted - magic);
                """);
            EmitHorner(writer, context, "p", "f", Exponential2Polynomial);
            writer.Write(
                $$"""
                p = {{context.FusedMultiplyAdd}}(p, f, {{simd}}.Create(1f));
                {{context.Floats}} power = p * {{simd}}.AsSingle({{simd}}.ShiftLeft({{simd}}.AsInt32(shifted), 23) + {{simd}}.Create(0x3F800000));
                return {{simd}}.ConditionalSelect({{simd}}.LessThan(x, {{simd}}.Create(-126f)), {{context.Floats}}.Zero, power);
                """);
        }

        if (context.Plan.VectorFunctions.Any(static function => function is Activation.GeluTanh or Activation.Silu or Activation.Tanh))
        {
            writer.Write();
            writer.Write("/// <summary>2^x: 0 below -126, at most 2^127.</summary>");
            writer.Write(KernelContext.Inlined);
            writer.Write(
                $"private static {context.Floats} {Exponential2}({context.Floats} x) =>\n"
                + $"    {Exponential2UpTo127}({simd}.ConditionalSelect({simd}.GreaterThan(x, {simd}.Create(127f)), {simd}.Create(127f), x));");
        }
    }

    private static void EmitActivation(SourceWriter writer, KernelContext context, Activation activation)
    {
        string simd = context.Simd;
        writer.Write(activation switch
        {
            Activation.Gelu => "/// <summary>x · Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016).\n/// Φ(-a) = 2^(a · S(a) - 1), S a polynomial, and Φ(a) = 1 - Φ(-a).</summary>",
            Activation.GeluTanh => "/// <summary>x/2 · (1 + tanh u) = x · sigmoid(2u), u = √(2/π) · (x + 0.044715 x³).</summary>",
            Activation.Silu => "/// <summary>x · sigmoid(x).</summary>",
            Activation.Tanh => "/// <summary>The hyperbolic tangent: of small x by a polynomial, whose relative error is small as well; of others 1 - 2 / (1 + e^2x).</summary>",
            _ => throw Unknown(activation),
        });
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static {context.Floats} {activation}({context.Floats} x)"))
        {
            switch (activation)
            {
                case Activation.Gelu:
                    EmitNormalTail(writer, context);
                    writer.Write($"return x * {simd}.ConditionalSelect({simd}.LessThan(x, {context.Floats}.Zero), tail, {simd}.Create(1f) - tail);");
                    break;

                case Activation.GeluTanh:
                    EmitTanhExponent(writer, context, "x");
                    writer.Write($"return x / ({simd}.Create(1f) + {Exponential2}(exponent));");
                    break;

                case Activation.Silu:
                    writer.Write($"return x / ({simd}.Create(1f) + {Exponential2}(x * {simd}.Create({SourceWriter.Literal(-Log2E)})));");
                    break;

                case Activation.Tanh:
                    EmitTanh(writer, context);
                    break;

                default:
                    throw Unknown(activation);
            }
        }
    }

    /// <summary>The expression that applies a function to a vector.</summary>
    public static string Activated(KernelContext context, Activation function, string x) => function == Activation.Relu
        ? $"({context.Simd}.MaxNative({context.Floats}.Zero, {x}) + {context.Floats}.Zero)"
        : $"{function}({x})";

    private static void EmitTanh(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        writer.Write($"{context.Floats} z = x * x;");
        EmitHorner(writer, context, "t", "z", TanhPolynomial);
        writer.Write(
            $$"""
            {{context.Floats}} near = {{context.FusedMultiplyAdd}}(t * z, x, x);
            {{context.Floats}} magnitude = {{simd}}.Abs(x);
            {{context.Floats}} power = {{Exponential2}}(magnitude * {{simd}}.Create({{SourceWriter.Literal(2 * Log2E)}}));
            {{context.Floats}} far = {{simd}}.Create(1f) - ({{simd}}.Create(2f) / ({{simd}}.Create(1f) + power));
            far = {{simd}}.ConditionalSelect({{simd}}.LessThan(x, {{context.Floats}}.Zero), {{context.Floats}}.Zero - far, far);
            return {{simd}}.ConditionalSelect({{simd}}.LessThan(magnitude, {{simd}}.Create(0.625f)), near, far);
            """);
    }

    /// <summary>Writes what declares <c>tail</c>, Φ(-a), of <c>a</c>, the magnitude of <c>x</c> or 8.5 where that is less.</summary>
    public static void EmitNormalTail(SourceWriter writer, KernelContext context)
    {
        string simd = context.Simd;
        writer.Write(
            $$"""
            {{context.Floats}} magnitude = {{simd}}.Abs(x);
            {{context.Floats}} a = {{simd}}.ConditionalSelect({{simd}}.GreaterThan(magnitude, {{simd}}.Create(8.5f)), {{simd}}.Create(8.5f), magnitude);
            """);
        EmitHorner(writer, context, "s", "a", NormalTailPolynomial);
        writer.Write($"{context.Floats} tail = {Exponential2UpTo127}({context.FusedMultiplyAdd}(s, a, {simd}.Create(-1f)));");
    }

    /// <summary>Writes what declares <c>exponent</c>: sigmoid(2u) = 1 / (1 + 2^exponent), u = √(2/π) · (x + 0.044715 x³).</summary>
    public static void EmitTanhExponent(SourceWriter writer, KernelContext context, string x)
    {
        string Constant(double factor) => $"{context.Simd}.Create({SourceWriter.Literal((float)(-2 * Math.Sqrt(2 / Math.PI) * 1.4426950408889634 * factor))})";
        writer.Write($"{context.Floats} exponent = {x} * {context.FusedMultiplyAdd}({Constant(0.044715)}, {x} * {x}, {Constant(1)});");
    }

    public static InvalidOperationException Unknown(Activation activation) => new($"The activation {activation} cannot be written.");

    private static void EmitHorner(SourceWriter writer, KernelContext context, string result, string variable, float[] coefficients)
    {
        string Constant(int index) => $"{context.Simd}.Create({SourceWriter.Literal(coefficients[index])})";
        writer.Write($"{context.Floats} {result} = {Constant(coefficients.Length - 1)};");
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            writer.Write($"{result} = {context.FusedMultiplyAdd}({result}, {variable}, {Constant(i)});");
        }
    }

    private static void EmitLaneReductions(SourceWriter writer, KernelContext context)
    {
        EmitLaneReduction(writer, context, "SumOfLanes", "The sum of 16 lanes as a tree: l + 8, l + 4, l + 2, l + 1.", static (_, a, b) => $"{a} + {b}");
        writer.Write();
        EmitLaneReduction(writer, context, "MaximumOfLanes", "The largest of 16 lanes, by the same tree.", static (type, a, b) => $"{type}.MaxNative({a}, {b})");
    }

    /// <param name="writer">The file.</param>
    /// <param name="context">The model and the instruction set.</param>
    /// <param name="name">The name of the method.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="combine">Given a vector class and two vectors, the expression that combines them.</param>
    private static void EmitLaneReduction(SourceWriter writer, KernelContext context, string name, string summary, Func<string, string, string, string> combine)
    {
        string parameters = string.Join(", ", context.PanelVectors.Select(v => $"{context.Floats} lanes{v}"));
        writer.Write($"/// <summary>{summary}</summary>");
        writer.Write(KernelContext.Inlined);
        using (writer.Open($"private static float {name}({parameters})"))
        {
            context.Instructions.EmitQuarter(writer, combine);
            writer.Write($"quarter = {combine("Simd128_", "quarter", $"Simd128_.Shuffle(quarter, Simd128_.Create(2, 3, 2, 3))")};");
            writer.Write($"return Simd128_.ToScalar({combine("Simd128_", "quarter", $"Simd128_.Shuffle(quarter, Simd128_.Create(1, 1, 1, 1))")});");
        }
    }
}
