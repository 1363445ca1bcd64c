using KernelGen.Numerics;

namespace KernelGen.Audio;

/// <summary>
/// Triangular filters whose centres are equally far apart on the mel scale of Slaney's Auditory Toolbox (1998), from 0 Hz to 8 kHz, each with the same area: bit for bit those that
/// Whisper comes with, which librosa's <c>filters.mel</c> made.
/// </summary>
internal sealed class MelFilters
{
    // Below 1 kHz the scale is linear, above it is logarithmic.
    private const double HertzPerMel = 200.0 / 3;
    private const double LogarithmicFrom = 1000;
    private const double LogarithmicFromMel = LogarithmicFrom / HertzPerMel;
    private const double Top = LogMelSpectrogram.SampleRate / 2;
    private const double Resolution = (double)LogMelSpectrogram.SampleRate / LogMelSpectrogram.WindowLength;

    private static readonly double LogarithmPerMel = DeterministicMath.Log(6.4) / 27;

    private readonly int[] _firstFrequencies;
    private readonly float[][] _weights;

    /// <param name="bins">How many filters.</param>
    public MelFilters(int bins)
    {
        // Where triangles begin, have their tops and end.
        double[] corners = Corners(bins + 2);
        _firstFrequencies = new int[bins];
        _weights = new float[bins][];
        var weights = new List<float>();
        for (int bin = 0; bin < bins; bin++)
        {
            double width = 2.0 / (corners[bin + 2] - corners[bin]);
            weights.Clear();
            for (int frequency = 0; frequency < PowerSpectrum.Frequencies; frequency++)
            {
                double hertz = frequency * Resolution;
                double rising = -(corners[bin] - hertz) / (corners[bin + 1] - corners[bin]);
                double falling = (corners[bin + 2] - hertz) / (corners[bin + 2] - corners[bin + 1]);

                // Rounded twice, as librosa rounds.
                float triangle = (float)Math.Max(0, Math.Min(rising, falling));
                float weight = (float)(triangle * width);
                if (weight > 0)
                {
                    _firstFrequencies[bin] = weights.Count == 0 ? frequency : _firstFrequencies[bin];
                    weights.Add(weight);
                }
            }

            _weights[bin] = [.. weights];
        }
    }

    /// <summary>How many filters there are.</summary>
    public int Count => _weights.Length;

    /// <summary>The first frequency of a filter, a multiple of 40 Hz; those of its <see cref="Weights"/> follow each other.</summary>
    public int FirstFrequency(int bin) => _firstFrequencies[bin];

    /// <summary>The weights of a filter that are not 0; a filter that is narrower than 40 Hz may have none.</summary>
    public ReadOnlySpan<float> Weights(int bin) => _weights[bin];

    /// <summary>Frequencies in Hz, equally far apart on the mel scale.</summary>
    private static double[] Corners(int count)
    {
        double top = LogarithmicFromMel + (DeterministicMath.Log(Top / LogarithmicFrom) / LogarithmPerMel);
        double step = top / (count - 1);
        var corners = new double[count];
        for (int i = 0; i < count; i++)
        {
            double mel = i == count - 1 ? top : i * step;
            corners[i] = mel >= LogarithmicFromMel
                ? LogarithmicFrom * DeterministicMath.Exp(LogarithmPerMel * (mel - LogarithmicFromMel))
                : HertzPerMel * mel;
        }

        return corners;
    }
}
