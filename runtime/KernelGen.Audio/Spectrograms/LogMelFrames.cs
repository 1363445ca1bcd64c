using System.Runtime.Intrinsics;
using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>Samples → rows of log10 of the power in each filter, four at a time. Not thread-safe.</summary>
internal sealed class LogMelFrames
{
    private const double Least = 1e-10;
    private const double Log10Factor = 0.43429448190325182765;

    private readonly MelFilters _filters;
    private readonly PowerSpectrum _spectrum = new();
    private readonly Vector256<double>[] _powers = new Vector256<double>[PowerSpectrum.Frequencies];

    public LogMelFrames(MelFilters filters)
    {
        _filters = filters;
    }

    /// <summary>Computes up to four rows.</summary>
    /// <param name="samples">The samples of four windows, <see cref="PowerSpectrum.Samples"/>; those of windows that are not asked for may be anything.</param>
    /// <param name="frames">Receives 1 to 4 rows, [frames, bins].</param>
    /// <returns>Whether all samples of these windows are finite.</returns>
    public bool TryCompute(ReadOnlySpan<float> samples, Span<float> frames)
    {
        _spectrum.Compute(samples, _powers);
        int bins = _filters.Count;
        int count = frames.Length / bins;
        bool isFinite = true;
        for (int bin = 0; bin < bins; bin++)
        {
            Vector256<double> sum = Vector256<double>.Zero;
            int frequency = _filters.FirstFrequency(bin);
            foreach (float weight in _filters.Weights(bin))
            {
                sum += _powers[frequency++] * (double)weight;
            }

            for (int i = 0; i < count; i++)
            {
                frames[(i * bins) + bin] = (float)(DeterministicMath.Log(sum[i] > Least ? sum[i] : Least) * Log10Factor);
            }
        }

        // What is not finite makes all frequencies so.
        for (int i = 0; i < count; i++)
        {
            isFinite &= double.IsFinite(_powers[0][i]) && double.IsFinite(_powers[1][i]);
        }

        return isFinite;
    }
}
