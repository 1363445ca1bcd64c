using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Audio;

/// <summary>
/// The coefficients that make one sample of the output of the samples of the input around it. Output sample k lies at the time k · M / L of the input, where L / M is the reduced ratio of the
/// rates; k · M modulo L is its phase. Each phase has a row of coefficients; where they would be too many, rows stand at equal distances, and samples between them are interpolated.
/// </summary>
internal sealed class PolyphaseFilter
{
    /// <summary>Sums go through so many lanes, on every instruction set.</summary>
    private const int Lanes = 16;

    // 4 MB.
    private const long MostCoefficients = 1 << 20;

    // Cubic interpolation between so many rows a sample of the lower rate is within 1e-8.
    private const int RowsPerSample = 128;

    private readonly int _phases;
    private readonly double _scale;

    /// <summary>Rows a sample of the input, where they do not stand for phases; then there are one before the first and two behind the last of them.</summary>
    private readonly int _rows;

    /// <summary>[rows, <see cref="Length"/>].</summary>
    private readonly float[] _coefficients;

    private readonly bool[] _isMade;

    /// <summary>A row that is being made.</summary>
    private readonly double[] _row;

    /// <param name="phases">L.</param>
    /// <param name="step">M.</param>
    public PolyphaseFilter(int phases, int step)
    {
        _phases = phases;

        // The filter belongs to the lower rate.
        _scale = Math.Min(1, (double)phases / step);
        Before = (int)Math.Ceiling(SincFilter.HalfWidth / _scale);
        Length = ((2 * Before) + Lanes - 1) / Lanes * Lanes;
        _rows = (long)phases * Length <= MostCoefficients ? 0 : (int)Math.Ceiling(RowsPerSample * _scale);
        int rows = _rows == 0 ? phases : _rows + 3;
        _coefficients = new float[rows * Length];
        _isMade = new bool[rows];
        _row = new double[2 * Before];
    }

    /// <summary>How many samples of the input there are up to the time of the output, that at this time or last before it included.</summary>
    public int Before { get; }

    /// <summary>How many samples of the input a sample of the output is made of.</summary>
    public int Length { get; }

    /// <summary>Makes a sample of the output.</summary>
    /// <param name="phase">Its phase, from 0 to below L.</param>
    /// <param name="input"><see cref="Length"/> samples of the input; that at the time of the output, or last before it, is number <see cref="Before"/> - 1.</param>
    public float Apply(int phase, ReadOnlySpan<float> input)
    {
        if (_rows == 0)
        {
            return Sum(Row(phase, (double)phase / _phases), input);
        }

        double place = (double)phase / _phases * _rows;
        int row = (int)place;
        return (float)Interpolation.Cubic(place - row, [Sum(row, input), Sum(row + 1, input), Sum(row + 2, input), Sum(row + 3, input)]);
    }

    private float Sum(int row, ReadOnlySpan<float> input) => Sum(Row(row, (double)(row - 1) / _rows), input);

    /// <summary>A row of coefficients, made when it is first asked for.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="time">Its time, in samples of the input.</param>
    private ReadOnlySpan<float> Row(int row, double time)
    {
        Span<float> coefficients = _coefficients.AsSpan(row * Length, Length);
        if (_isMade[row])
        {
            return coefficients;
        }

        double sum = 0;
        for (int i = 0; i < 2 * Before; i++)
        {
            _row[i] = SincFilter.At((i - (Before - 1) - time) * _scale);
            sum += _row[i];
        }

        // Their sum is 1, so that what is constant stays as it is.
        double factor = 1 / sum;
        for (int i = 0; i < 2 * Before; i++)
        {
            coefficients[i] = (float)(_row[i] * factor);
        }

        _isMade[row] = true;
        return coefficients;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(ReadOnlySpan<float> coefficients, ReadOnlySpan<float> input)
    {
        ref float first = ref MemoryMarshal.GetReference(coefficients);
        ref float second = ref MemoryMarshal.GetReference(input[..coefficients.Length]);
        Vector256<float> sum0 = Vector256<float>.Zero;
        Vector256<float> sum1 = Vector256<float>.Zero;
        for (nuint i = 0; i < (nuint)coefficients.Length; i += Lanes)
        {
            sum0 += Vector256.LoadUnsafe(ref first, i) * Vector256.LoadUnsafe(ref second, i);
            sum1 += Vector256.LoadUnsafe(ref first, i + 8) * Vector256.LoadUnsafe(ref second, i + 8);
        }

        Vector256<float> eight = sum0 + sum1;
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }
}
