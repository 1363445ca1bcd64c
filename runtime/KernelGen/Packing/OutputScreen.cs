using System.Runtime.Intrinsics;
using KernelGen.Execution;
using KernelGen.Layout;

namespace KernelGen.Packing;

/// <summary>
/// A smaller copy of the output projection, with what bounds its error: it tells which tokens cannot be the best, so that only the few others need
/// their exact logits. Of float32 and bfloat16 weights it is an 8-bit copy, of 8-bit weights their upper bits. <see cref="OutputScreening"/> derives
/// the bounds.
/// </summary>
internal readonly unsafe struct OutputScreen
{
    /// <summary>Names the places.</summary>
    /// <param name="weights">The copy.</param>
    /// <param name="residuals">What the copy leaves out of each token.</param>
    /// <param name="norms">The length of each token; not of upper bits.</param>
    /// <param name="limits">The largest magnitudes.</param>
    public OutputScreen(LinearWeights weights, float* residuals, float* norms, OutputScreenLimits* limits)
    {
        Weights = weights;
        Residuals = residuals;
        Norms = norms;
        Limits = limits;
    }

    /// <summary>The copy; its bias is that of the projection.</summary>
    public LinearWeights Weights { get; }

    /// <summary>For each token the Euclidean length of what the copy leaves out of its weights, rounded up.</summary>
    public float* Residuals { get; }

    /// <summary>For each token the Euclidean length of its weights as the copy has them, rounded up; <see langword="null"/> of upper bits, which need none.</summary>
    public float* Norms { get; }

    /// <summary>The largest of each over all tokens.</summary>
    public OutputScreenLimits* Limits { get; }

    /// <summary>Fills the places for a projection of floats.</summary>
    /// <param name="panels">The weights of the projection as the exact product takes them, <c>[panel, input, 16]</c>.</param>
    /// <param name="outputs">The number of tokens.</param>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="quantization">How weights become integers.</param>
    public void Fill(float* panels, int outputs, int inputs, Int8Quantization quantization)
    {
        int panelCount = PanelLayout.Panels(outputs);
        quantization.Quantize(panels, panelCount, inputs, Weights.Scales, Weights.Panels);
        double* residualSquares = stackalloc double[PanelLayout.Width];
        double* normSquares = stackalloc double[PanelLayout.Width];
        *Limits = default;
        long panelBytes = quantization.Length(PanelLayout.Width, inputs);
        for (int panel = 0; panel < panelCount; panel++)
        {
            int firstColumn = panel * PanelLayout.Width;
            float* weights = panels + ((nint)panel * inputs * PanelLayout.Width);
            byte* quantized = Weights.Panels + (panel * panelBytes);
            for (int i = 0; i < PanelLayout.Width; i += Vector128<float>.Count)
            {
                AddSquares(weights, quantized, i, inputs, Weights.Scales + firstColumn, quantization, residualSquares, normSquares);
            }

            for (int i = 0; i < PanelLayout.Width; i++)
            {
                Norms[firstColumn + i] = RoundUp(Math.Sqrt(normSquares[i]));
                Bound(firstColumn + i, outputs, Math.Sqrt(residualSquares[i]), Norms[firstColumn + i]);
            }
        }
    }

    /// <summary>Fills the places for a projection of 8-bit weights.</summary>
    /// <param name="projection">The projection.</param>
    /// <param name="outputs">The number of tokens.</param>
    /// <param name="inputs">The number of inputs.</param>
    public void FillUpperBits(in LinearWeights projection, int outputs, int inputs)
    {
        double* residuals = stackalloc double[PanelLayout.Width];
        long panelBytes = UpperBits.Length(PanelLayout.Width, inputs);
        *Limits = default;
        for (int panel = 0; panel < PanelLayout.Panels(outputs); panel++)
        {
            UpperBits.Pack(projection.Panels + (2 * panel * panelBytes), inputs, Weights.Panels + (panel * panelBytes), residuals);
            for (int i = 0; i < PanelLayout.Width; i++)
            {
                int column = (panel * PanelLayout.Width) + i;
                double scale = projection.Scales[column];
                Weights.Scales[column] = UpperBits.Scale * projection.Scales[column];
                Bound(column, outputs, scale * residuals[i], UpperBits.LargestWeight * projection.Scales[column]);
            }
        }
    }

    /// <summary>Writes what bounds the error of one token.</summary>
    private void Bound(int column, int outputs, double residual, float norm)
    {
        Residuals[column] = RoundUp(residual);
        if (column < outputs)
        {
            // What is not a number stays so, and forbids screening.
            *Limits = new OutputScreenLimits(
                MathF.Max(Limits->Bias, MathF.Abs(Weights.Bias[column])), MathF.Max(Limits->Residual, Residuals[column]), MathF.Max(Limits->Norm, norm));
        }
    }

    /// <summary>The sums of squares of four columns: of what quantising took away, and of what it left.</summary>
    private static void AddSquares(
        float* weights, byte* quantized, int column, int inputs, float* scales, Int8Quantization quantization, double* residualSquares, double* normSquares)
    {
        (Vector128<double> lowerScale, Vector128<double> upperScale) = Vector128.Widen(Vector128.Load(scales + column));
        Vector128<double> lowerResidual = default, upperResidual = default, lowerNorm = default, upperNorm = default;
        for (int input = 0; input < inputs; input++)
        {
            (Vector128<double> lowerWeight, Vector128<double> upperWeight) = Vector128.Widen(Vector128.Load(weights + ((nint)input * PanelLayout.Width) + column));
            (Vector128<double> lower, Vector128<double> upper) = Vector128.Widen(quantization.Weights(quantized, column, input));
            lower *= lowerScale;
            upper *= upperScale;
            lowerNorm += lower * lower;
            upperNorm += upper * upper;
            lower -= lowerWeight;
            upper -= upperWeight;
            lowerResidual += lower * lower;
            upperResidual += upper * upper;
        }

        lowerResidual.Store(residualSquares + column);
        upperResidual.Store(residualSquares + column + 2);
        lowerNorm.Store(normSquares + column);
        upperNorm.Store(normSquares + column + 2);
    }

    /// <summary>A float that is at least as large; the sum of squares before it was rounded some thousand times in double precision.</summary>
    private static float RoundUp(double value) => (float)(value * (1 + 1e-6)) + float.Epsilon;
}

/// <summary>The largest magnitudes of an output projection over its tokens.</summary>
/// <param name="Bias">The largest magnitude of a bias.</param>
/// <param name="Residual">The largest of <see cref="OutputScreen.Residuals"/>.</param>
/// <param name="Norm">The largest of <see cref="OutputScreen.Norms"/>; of upper bits, a magnitude that no weight exceeds.</param>
internal readonly record struct OutputScreenLimits(float Bias, float Residual, float Norm);
