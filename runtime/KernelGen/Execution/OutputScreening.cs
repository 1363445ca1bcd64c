using System.Numerics;
using System.Runtime.CompilerServices;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>
/// Finds the best token of a row from 8-bit logits: tells which tokens cannot be the best, and compares the exact logits of the others. The answer is
/// always that of the full product.
/// </summary>
/// <remarks>
/// <para>
/// Let x be the row, p its quantised inputs with the scale t, w the weights of a token, q its quantised weights with the scale s, and b its bias. The
/// screened logit is <c>a = fl(fma(S, fl(s·t), b))</c>, where <c>S = Σ q·p</c> is an exact integer. The logit of the full product, f, is a chain of fused
/// multiply-adds. Without any rounding both would be L and A:
/// <c>L - A = Σ w·x - Σ (s·q)·(t·p) = Σ (w - s·q)·x + Σ s·q·(x - t·p)</c>, so by Cauchy and Schwarz <c>|L - A| ≤ E·X + N·D</c> with
/// <c>E = ‖w - s·q‖</c>, <c>N = ‖s·q‖</c>, <c>X = ‖x‖</c>, <c>D = ‖x - t·p‖</c>.
/// </para>
/// <para>
/// Rounding: with u = 2⁻²⁴, a chain of k steps ends within <c>γ·(|b| + Σ |w·x|)</c> of L, <c>γ = k·u / (1 - k·u)</c> (Higham 2002, section 3.1), and
/// <c>Σ |w·x| ≤ (E + N)·X</c>. The screened logit is rounded three times (S, s·t, the sum), hence within <c>4u·(|b| + N·(X + D))</c> of A, as
/// <c>‖t·p‖ ≤ X + D</c>. Adding the bound to it rounds once more: <c>u</c> of as much. With <c>g = γ + 8u</c>:
/// <c>|f - a| ≤ E·(X + g·(X + D)) + N·(D + g·(X + D)) + g·|b|</c>, and 10⁻³⁰ for what becomes denormal on the way (S is below 2³¹, so a product s·t that is
/// denormal costs at most 2⁻¹¹⁹, and each step of a chain at most 2⁻¹⁵⁰).
/// </para>
/// <para>
/// A token whose <c>a</c> plus bound is below the exact logit of any token cannot be the best, nor as good. Where a sum could come near the largest float
/// the proof does not hold, and the full product is computed: so too where something is no number.
/// </para>
/// </remarks>
internal static unsafe class OutputScreening
{
    /// <summary>What bounds the error of one row: <c>|f - a| ≤ Residual · E + Norm · N + Constant</c>.</summary>
    /// <param name="Residual">The factor of a token's residual.</param>
    /// <param name="Norm">The factor of a token's norm.</param>
    /// <param name="Constant">What is the same for every token.</param>
    internal readonly record struct ErrorBound(float Residual, float Norm, float Constant);

    /// <summary>What bounds the error of a row.</summary>
    /// <param name="row">The inputs.</param>
    /// <param name="quantized">The quantised inputs.</param>
    /// <param name="model">The widths.</param>
    /// <param name="limits">The largest magnitudes of the projection.</param>
    /// <param name="bound">The bound.</param>
    /// <returns><see langword="false"/> where there is none, so that the full product must be computed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryBound(float* row, byte* quantized, ModelDescription model, in OutputScreenLimits limits, out ErrorBound bound)
    {
        const double Unit = 1.0 / (1 << 24);
        int inputs = model.ModelDimension;
        double scale = *(float*)(quantized + model.QuantizedStride - ModelDescription.QuantizedTail);
        double square = 0, differenceSquare = 0;
        for (int i = 0; i < inputs; i++)
        {
            double x = row[i];
            double difference = x - (scale * (model.QuantizedInputBits == 8 ? ((sbyte*)quantized)[i] : ((short*)quantized)[i]));
            square += x * x;
            differenceSquare += difference * difference;
        }

        double length = Math.Sqrt(square), distance = Math.Sqrt(differenceSquare);
        double rounding = (inputs * Unit / (1 - (inputs * Unit))) + (8 * Unit);
        double both = rounding * (length + distance);

        // Rounded up: what is computed here in double precision, and then with the bound in single precision.
        const double Up = 1 + 1e-5;
        bound = new ErrorBound((float)((length + both) * Up), (float)((distance + both) * Up), (float)(((rounding * limits.Bias) + 1e-30) * Up));

        // No partial sum of either product is larger than this. What is not a number fails as well.
        return limits.Bias + (((double)limits.Residual + limits.Norm) * (length + distance)) < 1e37;
    }

    /// <summary>The best token of a row.</summary>
    /// <param name="row">The inputs.</param>
    /// <param name="logits">The screened logits, padded to a multiple of 16 with minus infinity, which suppressed tokens have too.</param>
    /// <param name="bound">The bound of their error.</param>
    /// <param name="screen">The screen.</param>
    /// <param name="output">The output projection.</param>
    /// <param name="model">The widths.</param>
    /// <typeparam name="TPrecision">How the weights of the projection are stored.</typeparam>
    /// <returns>The token with the highest exact logit; of equal ones the lowest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best<TPrecision>(float* row, float* logits, in ErrorBound bound, in OutputScreen screen, in LinearWeights output, ModelDescription model)
        where TPrecision : struct, IWeightPrecision
    {
        int columns = model.LogitsStride;
        int best = IndexOfHighest(logits, columns);
        float highest = Exact<TPrecision>(row, best, output, model.ModelDimension);

        var residualFactor = new Vector<float>(bound.Residual);
        var normFactor = new Vector<float>(bound.Norm);
        var constant = new Vector<float>(bound.Constant);
        for (int first = 0; first < columns; first += Vector<float>.Count)
        {
            Vector<float> upper = Vector.Load(logits + first)
                + ((Vector.Load(screen.Residuals + first) * residualFactor) + (Vector.Load(screen.Norms + first) * normFactor) + constant);
            if (!Vector.GreaterThanOrEqualAny(upper, new Vector<float>(highest)))
            {
                continue;
            }

            for (int i = 0; i < Vector<float>.Count; i++)
            {
                int token = first + i;
                if (upper[i] >= highest && token != best)
                {
                    float logit = Exact<TPrecision>(row, token, output, model.ModelDimension);
                    if (logit > highest || (logit == highest && token < best))
                    {
                        (best, highest) = (token, logit);
                    }
                }
            }
        }

        return best;
    }

    /// <summary>The logit of one token as the full product has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exact<TPrecision>(float* row, int token, in LinearWeights output, int inputs)
        where TPrecision : struct, IWeightPrecision
    {
        byte* weight = output.Panels + (((((nint)(token / PanelPacking.Width) * inputs) * PanelPacking.Width) + (token % PanelPacking.Width)) * TPrecision.WeightSize);
        float sum = output.Bias[token];
        for (int i = 0; i < inputs; i++)
        {
            float value = TPrecision.Value == WeightPrecision.BFloat16 ? BitConverter.UInt32BitsToSingle((uint)*(ushort*)weight << 16) : *(float*)weight;
            sum = MathF.FusedMultiplyAdd(row[i], value, sum);
            weight += PanelPacking.Width * TPrecision.WeightSize;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int IndexOfHighest(float* logits, int count)
    {
        var highest = new Vector<float>(float.NegativeInfinity);
        for (int i = 0; i < count; i += Vector<float>.Count)
        {
            highest = Vector.Max(highest, Vector.Load(logits + i));
        }

        float value = float.NegativeInfinity;
        for (int i = 0; i < Vector<float>.Count; i++)
        {
            value = MathF.Max(value, highest[i]);
        }

        return Math.Max(0, new ReadOnlySpan<float>(logits, count).IndexOf(value));
    }
}
