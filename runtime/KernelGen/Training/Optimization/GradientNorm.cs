using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Training;

/// <summary>The Euclidean norm of all gradients that are trained with (Pascanu et al. 2013; <c>torch.nn.utils.clip_grad_norm_</c>), in double precision.</summary>
/// <param name="parameters">The gradients.</param>
/// <param name="segments">What is trained.</param>
/// <param name="workers">The threads that share the work.</param>
internal sealed unsafe class GradientNorm(TrainingParameters parameters, WeightSegments segments, WorkerThreads workers) : IPiecework
{
    private readonly double[] _sums = new double[segments.All.Count];

    /// <summary>Computes the norm; NaN or infinite where a gradient is.</summary>
    public double Compute()
    {
        workers.Run(this, segments.Pieces);
        double sum = 0;
        foreach (double part in _sums)
        {
            sum += part;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>What gradients are multiplied with so that their norm is not above a limit.</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="limit">The limit; <see langword="null"/> for none.</param>
    public static float ScaleOf(double norm, double? limit) => limit is { } most ? (float)Math.Min(1, most / (norm + 1e-6)) : 1;

    /// <summary>The first range with a gradient that is not finite, as <see cref="Compute"/> has found it; <see langword="null"/> where there is none.</summary>
    public ParameterRange? FindNonFinite()
    {
        for (int i = 0; i < _sums.Length; i++)
        {
            if (!double.IsFinite(_sums[i]))
            {
                return segments.All[i].Range;
            }
        }

        return null;
    }

    void IPiecework.Run(int piece, int thread)
    {
        (int first, int end) = segments.OfPiece(piece);
        for (int i = first; i < end; i++)
        {
            _sums[i] = SumOfSquares(parameters.GradientBlock + segments.All[i].Offset, segments.All[i].Length);
        }
    }

    /// <summary>
    /// A sum that goes through eight lanes: element i is added in lane i modulo 8, and the lanes are added as a tree. A square of a float is exact in double precision.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double SumOfSquares(float* numbers, int count)
    {
        double* lanes = stackalloc double[8];
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<double> low = default, high = default;
            for (; i <= count - 8; i += 8)
            {
                (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Load(numbers + i));
                low += a * a;
                high += b * b;
            }

            low.Store(lanes);
            high.Store(lanes + 4);
        }
        else
        {
            Vector128<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (; i <= count - 8; i += 8)
            {
                (Vector128<double> a, Vector128<double> b) = Vector128.Widen(Vector128.Load(numbers + i));
                (Vector128<double> c, Vector128<double> d) = Vector128.Widen(Vector128.Load(numbers + i + 4));
                sum0 += a * a;
                sum1 += b * b;
                sum2 += c * c;
                sum3 += d * d;
            }

            sum0.Store(lanes);
            sum1.Store(lanes + 2);
            sum2.Store(lanes + 4);
            sum3.Store(lanes + 6);
        }

        for (; i < count; i++)
        {
            lanes[i % 8] += (double)numbers[i] * numbers[i];
        }

        return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
    }
}
