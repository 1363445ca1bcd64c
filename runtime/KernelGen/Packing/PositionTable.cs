using System.Runtime.CompilerServices;
using KernelGen.Numerics;

namespace KernelGen.Packing;

/// <summary>
/// The sinusoidal positions of "Attention Is All You Need" (section 3.5): sine and cosine of <c>position / 10000^(2i / model dimension)</c>.
/// The same bits on every platform.
/// </summary>
internal static unsafe class PositionTable
{
    /// <summary>
    /// Between positions that are these many apart, the angle is turned by multiplying complex numbers; there, it begins anew, so that rounding does not add up.
    /// </summary>
    private const int AnchorDistance = 64;

    /// <summary>Computes the rows of positions 0, 1, 2...; the error before rounding to single precision is below 1e-12 up to position 8192.</summary>
    /// <param name="encoding">One of the sinusoidal ones.</param>
    /// <param name="offset">The position of the first row.</param>
    /// <param name="positions">The number of rows.</param>
    /// <param name="modelDimension">The number of columns.</param>
    /// <param name="table">Receives the rows; what lies between the model dimension and the stride becomes zero.</param>
    /// <param name="stride">From row to row, in floats.</param>
    public static void Fill(PositionalEncoding encoding, int offset, int positions, int modelDimension, float* table, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + positions, (int)DeterministicMath.LargestAngle);

        // Of an odd dimension fairseq leaves the last column zero; the others have one sine more than cosines.
        bool isFairseq = encoding == PositionalEncoding.SinusoidalFairseq;
        int cosines = modelDimension / 2;
        int sines = isFairseq ? cosines : modelDimension - cosines;
        (int step, int firstCosine) = encoding switch
        {
            PositionalEncoding.Sinusoidal => (2, 1),
            PositionalEncoding.SinusoidalSplit or PositionalEncoding.SinusoidalFairseq => (1, sines),
            _ => throw new ArgumentException($"{encoding} positions are not computed.", nameof(encoding)),
        };

        // For each frequency: the angle from one position to the next, and the sine and cosine of that step and of the current position.
        double[] frequencies = new double[sines];
        double[] stepSines = new double[sines];
        double[] stepCosines = new double[sines];
        double[] currentSines = new double[sines];
        double[] currentCosines = new double[sines];
        for (int i = 0; i < sines; i++)
        {
            frequencies[i] = isFairseq ? DeterministicMath.InversePowerOf10000(i, Math.Max(sines - 1, 1)) : DeterministicMath.InversePowerOf10000(2 * i, modelDimension);
        }

        SinCos(1, frequencies, stepSines, stepCosines);
        for (int position = offset; position < offset + positions; position++)
        {
            if (position == offset || position % AnchorDistance == 0)
            {
                SinCos(position, frequencies, currentSines, currentCosines);
            }
            else
            {
                Turn(currentSines, currentCosines, stepSines, stepCosines);
            }

            float* row = table + ((long)(position - offset) * stride);
            Store(currentSines, row, sines, step);
            Store(currentCosines, row + firstCosine, cosines, step);
            new Span<float>(row + sines + cosines, stride - sines - cosines).Clear();
        }
    }

    private static void SinCos(int position, double[] frequencies, double[] sines, double[] cosines)
    {
        for (int i = 0; i < frequencies.Length; i++)
        {
            DeterministicMath.SinCos(position * frequencies[i], out sines[i], out cosines[i]);
        }
    }

    /// <summary>Multiplies the complex numbers cosine + i · sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(Span<double> sines, Span<double> cosines, ReadOnlySpan<double> stepSines, ReadOnlySpan<double> stepCosines)
    {
        cosines = cosines[..sines.Length];
        stepSines = stepSines[..sines.Length];
        stepCosines = stepCosines[..sines.Length];
        for (int i = 0; i < sines.Length; i++)
        {
            double sine = sines[i];
            double cosine = cosines[i];
            sines[i] = (sine * stepCosines[i]) + (cosine * stepSines[i]);
            cosines[i] = (cosine * stepCosines[i]) - (sine * stepSines[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(double[] values, float* destination, int count, int step)
    {
        for (int i = 0; i < count; i++)
        {
            destination[(nint)i * step] = (float)values[i];
        }
    }
}
