using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Execution;

/// <summary>
/// Group normalisation with one group (Wu and He 2018): all rows and all their numbers have one mean and one variance. It is computed in double precision, in eight lanes whatever
/// the instruction set, so that its bits are the same on all of them.
/// </summary>
internal static unsafe class GroupNorm
{
    /// <summary>Normalises rows in place.</summary>
    /// <param name="rows"><c>[count, width]</c>; what lies between the width and the next multiple of 16 is zero, and stays it.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="width">The numbers in a row.</param>
    /// <param name="stride">From row to row, a multiple of 16.</param>
    /// <param name="norm">γ, then β, each padded with zeros to a multiple of 16.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    public static void Run(float* rows, int count, int width, int stride, float* norm, double epsilon)
    {
        int padded = Layout.PanelLayout.RoundUp(width);
        (double sum, double squares) = Sums(rows, count, padded, stride);
        double numbers = (double)count * width;
        double mean = sum / numbers;
        double variance = Math.Max(0, (squares / numbers) - (mean * mean));
        Normalise(rows, count, padded, stride, norm, mean, 1 / Math.Sqrt(variance + epsilon));
    }

    /// <summary>The sum of all numbers, and that of their squares, which are exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Sum, double Squares) Sums(float* rows, int count, int padded, int stride)
    {
        Vector256<double> sum0 = default, sum1 = default, square0 = default, square1 = default;
        for (int row = 0; row < count; row++)
        {
            for (int i = 0; i < padded; i += Vector256<float>.Count)
            {
                (Vector256<double> x0, Vector256<double> x1) = Vector256.Widen(*(Vector256<float>*)(rows + i));
                sum0 += x0;
                sum1 += x1;
                square0 += x0 * x0;
                square1 += x1 * x1;
            }

            rows += stride;
        }

        return (SumOfLanes(sum0 + sum1), SumOfLanes(square0 + square1));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise(float* rows, int count, int padded, int stride, float* norm, double mean, double inverse)
    {
        Vector256<double> means = Vector256.Create(mean), inverses = Vector256.Create(inverse);
        for (int row = 0; row < count; row++)
        {
            for (int i = 0; i < padded; i += Vector256<float>.Count)
            {
                (Vector256<double> x0, Vector256<double> x1) = Vector256.Widen(*(Vector256<float>*)(rows + i));
                (Vector256<double> gamma0, Vector256<double> gamma1) = Vector256.Widen(*(Vector256<float>*)(norm + i));
                (Vector256<double> beta0, Vector256<double> beta1) = Vector256.Widen(*(Vector256<float>*)(norm + padded + i));
                *(Vector256<float>*)(rows + i) = Vector256.Narrow(((x0 - means) * inverses * gamma0) + beta0, ((x1 - means) * inverses * gamma1) + beta1);
            }

            rows += stride;
        }
    }

    private static double SumOfLanes(Vector256<double> lanes) => ((lanes[0] + lanes[1]) + lanes[2]) + lanes[3];
}
