namespace KernelGen.Tests.Reference;

/// <summary>
/// The elementary functions of the kernels in scalar single precision, operation for operation: what a kernel computes has exactly these bits.
/// Whether they are good approximations is for <see cref="ReferenceMath"/> to say. A change of a polynomial in the generator's VectorMathEmitter
/// is a change of the tables here, and of nothing else.
/// </summary>
internal static class ScalarMath
{
    /// <summary>The logarithm of e to base 2.</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>2^f = 1 + f · P(f): P's coefficients, the constant first.</summary>
    private static readonly float[] Exponential2Polynomial =
        [0.693147182f, 0.240226507f, 0.0555032753f, 0.00961801410f, 0.00134003849f, 0.000154735695f];

    /// <summary>log2(2 Φ(-a)) = a · S(a): S's coefficients, the constant first.</summary>
    private static readonly float[] NormalTailPolynomial =
    [
        -1.15110445f, -0.459219903f, -0.0524394475f, 0.00693592895f, 1.62864089e-05f, -0.000290853408f, 8.04292358e-05f, -1.16913916e-05f,
        9.19066508e-07f, -3.03669161e-08f,
    ];

    /// <summary>tanh(x) = x + x · z · T(z), z = x²: T's coefficients, the constant first.</summary>
    private static readonly float[] TanhPolynomial = [-0.333332819422f, 0.133314422036f, -0.0537397155531f, 0.0206390887954f, -0.00570498872745f];

    private static readonly float GeluTanhLinear = (float)(-2 * Math.Sqrt(2 / Math.PI) * 1.4426950408889634);
    private static readonly float GeluTanhCubic = (float)(-2 * Math.Sqrt(2 / Math.PI) * 1.4426950408889634 * 0.044715);

    /// <summary>2^x: 0 below -126, at most 2^127.</summary>
    public static float Exponential2(float x)
    {
        const float Magic = 12582912f; // 1.5 · 2^23: adding it leaves the nearest whole number in the lowest bits
        float bounded = x > 127f ? 127f : x;
        float shifted = bounded + Magic;
        float f = bounded - (shifted - Magic);
        float p = MathF.FusedMultiplyAdd(Horner(Exponential2Polynomial, f), f, 1f);
        float power = p * BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(shifted) << 23) + BitConverter.SingleToInt32Bits(1f));
        return x < -126f ? 0f : power;
    }

    /// <summary>The function of a feed-forward block.</summary>
    public static float Activate(Activation activation, float x) => activation switch
    {
        Activation.Relu => x < 0f ? 0f : x,
        Activation.Gelu => Gelu(x),
        Activation.GeluTanh => GeluTanh(x),
        Activation.Silu => x / (1f + Exponential2(x * -Log2E)),
        Activation.Tanh => Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>The sum of 16 lanes as a tree.</summary>
    public static float SumOfLanes(ReadOnlySpan<float> lanes) => OverLanes(lanes, static (a, b) => a + b);

    /// <summary>The largest of 16 lanes.</summary>
    public static float MaximumOfLanes(ReadOnlySpan<float> lanes) => OverLanes(lanes, static (a, b) => a > b ? a : b);

    private static float Gelu(float x)
    {
        float magnitude = MathF.Abs(x);
        float a = magnitude > 8.5f ? 8.5f : magnitude;
        float tail = Exponential2(MathF.FusedMultiplyAdd(Horner(NormalTailPolynomial, a), a, -1f));
        return x * (x < 0f ? tail : 1f - tail);
    }

    private static float GeluTanh(float x)
    {
        float exponent = x * MathF.FusedMultiplyAdd(GeluTanhCubic, x * x, GeluTanhLinear);
        return x / (1f + Exponential2(exponent));
    }

    private static float Tanh(float x)
    {
        float z = x * x;
        float near = MathF.FusedMultiplyAdd(Horner(TanhPolynomial, z) * z, x, x);
        float magnitude = MathF.Abs(x);
        float far = 1f - (2f / (1f + Exponential2(magnitude * (2 * Log2E))));
        return magnitude < 0.625f ? near : x < 0f ? 0f - far : far;
    }

    private static float Horner(float[] coefficients, float x)
    {
        float result = coefficients[^1];
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            result = MathF.FusedMultiplyAdd(result, x, coefficients[i]);
        }

        return result;
    }

    private static float OverLanes(ReadOnlySpan<float> lanes, Func<float, float, float> combine)
    {
        float[] rest = lanes.ToArray();
        for (int half = 8; half >= 1; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                rest[lane] = combine(rest[lane], rest[lane + half]);
            }
        }

        return rest[0];
    }
}
