using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Packing;

/// <summary>
/// Cosines and sines of the angles by which rotary positions turn queries and keys (Su et al. 2021): pair i by <c>position · θ^(-2i / RotaryDimension)</c>. The same bits on
/// every platform.
/// </summary>
internal static unsafe class RotationTable
{
    /// <summary>Computes the rows of positions 0, 1, 2...</summary>
    /// <param name="settings">The model.</param>
    /// <param name="positions">The number of rows.</param>
    /// <param name="table">Receives the rows: the cosines, and from the middle of a row on the sines. What they do not fill becomes zero.</param>
    /// <param name="stride">From row to row, in floats.</param>
    public static void Fill(ModelSettings settings, int positions, float* table, int stride)
    {
        int pairs = settings.RotaryPairs;
        double logarithm = DeterministicMath.Log(settings.RotaryBase);
        double[] frequencies = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            frequencies[i] = DeterministicMath.Exp(-logarithm * (2 * i) / settings.RotaryDimension);
        }

        for (int position = 0; position < positions; position++)
        {
            float* row = table + ((long)position * stride);
            new Span<float>(row, stride).Clear();
            for (int i = 0; i < pairs; i++)
            {
                DeterministicMath.SinCos(position * frequencies[i], out double sine, out double cosine);
                row[i] = (float)cosine;
                row[(stride / 2) + i] = (float)sine;
            }
        }
    }
}
