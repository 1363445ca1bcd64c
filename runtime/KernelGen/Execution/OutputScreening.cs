using System.Numerics;
using System.Runtime.CompilerServices;
using KernelGen.Layout;
using KernelGen.Packing;

namespace KernelGen.Execution;

/// <summary>
/// Finds the best token of a row from logits that a smaller copy of the projection gives: tells which tokens cannot be the best, and compares the exact
/// logits of the others. The answer is always that of the full product.
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
/// Nothing in this asks that p is the nearest to x: the quantised inputs of a draft of the row do as well, only that D, and with it the bound, is larger.
/// </para>
/// <para>
/// A token whose <c>a</c> plus bound is below the exact logit of any token cannot be the best, nor as good. Where a sum could come near the largest float
/// the proof does not hold, and the full product is computed: so too where something is no number.
/// </para>
/// <para>
/// Where the weights are 8-bit integers, f is <c>fl(fma(fl(S), c, b))</c> with <c>c = fl(s·t)</c> and the exact integer <c>S = Σ (u - 64)·p</c>. Of each stored
/// weight <c>u = 8·h + l</c> the scan takes h: with <c>r = l - 3.5</c>, <c>S = 8·Σ h·p - 60.5·Σ p + Σ r·p</c>. It computes <c>V = Σ h·p - Z</c>, Z being
/// <c>60.5/8 · Σ p</c> rounded to a whole number, so <c>|S - 8·V| ≤ R·P + 4</c> with <c>R = ‖r‖</c>, <c>P = ‖p‖</c>, and <c>a = fl(fma(fl(V), 8·c, b))</c>.
/// Both f and a are rounded twice and multiplied with c, which is within <c>u</c> of <c>s·t</c>; <c>|S| ≤ ‖q‖·P</c>, <c>8·|V| ≤ |S| + R·P + 4</c>; adding the
/// bound to a rounds once more. With <c>g = 16u</c>: <c>|f - a| ≤ s·R · t·P·(1 + g) + s·‖q‖ · g·t·P + 4·s·t·(1 + g) + g·|b|</c>, and 10⁻³⁰ for what becomes
/// denormal. Only the first part is computed for each token; in the others stands N, <c>64·√k</c> times the largest scale, for <c>s·‖q‖</c> and for <c>64·s</c>.
/// </para>
/// </remarks>
internal static unsafe class OutputScreening
{
    /// <summary>
    /// The most rows for which upper bits are looked at. A row of 8-bit weights waits for memory, which reads half as much then; with more rows
    /// arithmetic takes as long, and there is no less of it.
    /// </summary>
    public const int MaxInt8Rows = 1;

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
        double scale = *(float*)(quantized + model.QuantizedStride - Int8Layout.RowTail);
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

    /// <summary>What bounds the error of a row that was multiplied with the upper bits of 8-bit weights.</summary>
    /// <param name="quantized">The quantised inputs.</param>
    /// <param name="model">The widths.</param>
    /// <param name="limits">The largest magnitudes of the projection.</param>
    /// <param name="bound">The bound.</param>
    /// <returns><see langword="false"/> where there is none, so that the full product must be computed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryBoundUpperBits(byte* quantized, ModelDescription model, in OutputScreenLimits limits, out ErrorBound bound)
    {
        const double Rounding = 16.0 / (1 << 24);
        const double Up = 1 + 1e-5;
        long square = 0;
        for (int i = 0; i < UpperBits.PaddedInputs(model.ModelDimension); i++)
        {
            int input = ((sbyte*)quantized)[i];
            square += input * input;
        }

        double scale = *(float*)(quantized + model.QuantizedStride - Int8Layout.RowTail);
        double length = scale * Math.Sqrt(square);
        double norm = Math.Sqrt(UpperBits.PaddedInputs(model.ModelDimension)) * limits.Norm;
        bound = new ErrorBound(
            Residual: (float)(length * (1 + Rounding) * Up),
            Norm: 0,
            Constant: (float)((((Rounding * length) + (scale / 16 * (1 + Rounding))) * norm * Up) + (((Rounding * limits.Bias) + 1e-30) * Up)));
        return limits.Bias + ((limits.Residual + norm) * (length + scale)) < 1e37;
    }

    /// <summary>The best token of a row.</summary>
    /// <param name="row">The inputs as the exact product takes them: floats, or quantised for 8-bit weights.</param>
    /// <param name="logits">The screened logits, padded to a multiple of 16 with minus infinity, which suppressed tokens have too.</param>
    /// <param name="best">The token with the highest of them.</param>
    /// <param name="bound">The bound of their error.</param>
    /// <param name="screen">The screen.</param>
    /// <param name="output">The output projection.</param>
    /// <param name="model">The widths.</param>
    /// <typeparam name="TPrecision">How the weights of the projection are stored.</typeparam>
    /// <returns>The token with the highest exact logit; of equal ones the lowest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best<TPrecision>(byte* row, float* logits, int best, in ErrorBound bound, in OutputScreen screen, in LinearWeights output, ModelDescription model)
        where TPrecision : struct, IWeightPrecision
    {
        int columns = model.LogitsStride;
        var exact = new ExactLogits<TPrecision>(row, output, model);
        float highest = exact.Of(best);

        var residualFactor = new Vector<float>(bound.Residual);
        var normFactor = new Vector<float>(bound.Norm);
        var constant = new Vector<float>(bound.Constant);
        for (int first = 0; first < columns; first += Vector<float>.Count)
        {
            Vector<float> error = (Vector.Load(screen.Residuals + first) * residualFactor) + constant;
            if (TPrecision.Value != WeightPrecision.Int8)
            {
                error += Vector.Load(screen.Norms + first) * normFactor;
            }

            Vector<float> upper = Vector.Load(logits + first) + error;
            if (!Vector.GreaterThanOrEqualAny(upper, new Vector<float>(highest)))
            {
                continue;
            }

            for (int i = 0; i < Vector<float>.Count; i++)
            {
                int token = first + i;
                if (upper[i] >= highest && token != best)
                {
                    float logit = exact.Of(token);
                    if (logit > highest || (logit == highest && token < best))
                    {
                        (best, highest) = (token, logit);
                    }
                }
            }
        }

        return best;
    }
}
