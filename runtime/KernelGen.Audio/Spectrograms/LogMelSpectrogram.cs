namespace KernelGen.Audio;

/// <summary>
/// The front end of Whisper (Radford et al. 2022; <c>audio.py</c> of openai/whisper): log10 of the power in mel filters, of windows of 25 ms every 10 ms. What Whisper's encoder
/// reads is [frames, bins], a row for each frame: a frame of the audio is centred at sample 160 · frame, beyond both ends the audio is reflected, and the values are
/// clamped to 8 below the greatest and brought to about [-1, 1] by (x + 4) / 4. The same bits on every machine. Thread-safe.
/// </summary>
public sealed class LogMelSpectrogram
{
    /// <summary>The sample rate that it takes, in Hz.</summary>
    public const int SampleRate = 16_000;

    /// <summary>The samples of a window: 25 ms, under Hann's window (periodic).</summary>
    public const int WindowLength = 400;

    /// <summary>The samples from one window to the next: 10 ms.</summary>
    public const int HopLength = 160;

    /// <summary>The most bins.</summary>
    public const int MostBins = 256;

    private const float Range = 8;

    /// <param name="bins">How many mel filters: 80 for Whisper, 128 from large-v3 on; 1 to <see cref="MostBins"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1 or more than <see cref="MostBins"/>.</exception>
    public LogMelSpectrogram(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, MostBins);
        Filters = new MelFilters(bins);
    }

    /// <summary>How many values a frame has.</summary>
    public int Bins => Filters.Count;

    /// <summary>The filters.</summary>
    internal MelFilters Filters { get; }

    /// <summary>How many frames some samples have: one for each whole 160 of them, as Whisper drops the last of its transform.</summary>
    /// <param name="samples">How many samples.</param>
    public static long FrameCount(long samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        return samples / HopLength;
    }

    /// <summary>The spectrogram of a whole clip, clamped to 8 below its greatest value.</summary>
    /// <param name="samples">The samples at 16 kHz, [samples]; fewer than 160 give no frame. Where there are fewer than 201, they are reflected several times.</param>
    /// <returns>The spectrogram, [frames, bins].</returns>
    /// <exception cref="ArgumentException">A sample is NaN or infinite, or there are more values than an array holds.</exception>
    public float[] Compute(ReadOnlySpan<float> samples)
    {
        long length = FrameCount(samples.Length) * Bins;
        if (length > Array.MaxLength)
        {
            throw new ArgumentException($"There are {samples.Length} samples, whose spectrogram is longer than an array can be; read it in parts with {nameof(LogMelReader)}.", nameof(samples));
        }

        float[] frames = new float[length];
        Compute(samples, frames);
        return frames;
    }

    /// <summary>The spectrogram of a whole clip, clamped to 8 below its greatest value.</summary>
    /// <param name="samples">The samples at 16 kHz, [samples]; fewer than 160 give no frame. Where there are fewer than 201, they are reflected several times.</param>
    /// <param name="frames">Receives the spectrogram, [frames, bins]; what lies behind it is left as it is.</param>
    /// <exception cref="ArgumentException">A sample is NaN or infinite, or there is no room for all frames.</exception>
    public void Compute(ReadOnlySpan<float> samples, Span<float> frames)
    {
        int count = samples.Length / HopLength;
        int bins = Bins;
        if (frames.Length < (long)count * bins)
        {
            throw new ArgumentException($"There is room for {frames.Length} values; expected room for {(long)count * bins}, {count} frames of {bins} bins.", nameof(frames));
        }

        frames = frames[..(count * bins)];
        var computation = new LogMelFrames(Filters);
        Span<float> padded = stackalloc float[PowerSpectrum.Samples];
        for (int frame = 0; frame < count; frame += PowerSpectrum.Windows)
        {
            int now = Math.Min(PowerSpectrum.Windows, count - frame);
            int first = (frame * HopLength) - (WindowLength / 2);
            ReadOnlySpan<float> windows = padded;
            if (first >= 0 && first + PowerSpectrum.Samples <= samples.Length)
            {
                windows = samples.Slice(first, PowerSpectrum.Samples);
            }
            else
            {
                for (int i = 0; i < padded.Length; i++)
                {
                    padded[i] = samples[(int)Reflection.Of(first + i, samples.Length)];
                }
            }

            if (!computation.TryCompute(windows, frames.Slice(frame * bins, now * bins)))
            {
                int bad = samples.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
                throw new ArgumentException($"Sample {bad} is {(float.IsNaN(samples[bad]) ? "NaN" : "infinite")}; expected a number from -1 to 1.", nameof(samples));
            }
        }

        Normalize(frames, Greatest(frames));
    }

    /// <summary>Brings log10 values (<see cref="LogMelReader"/>) to what the encoder reads: clamps them to 8 below the greatest, then (x + 4) / 4.</summary>
    /// <param name="frames">The values, [frames, bins], changed in place.</param>
    /// <param name="maximum">The greatest value of the whole audio, or of as much of it as is to be clamped together.</param>
    /// <exception cref="ArgumentOutOfRangeException">The greatest value is NaN.</exception>
    public static void Normalize(Span<float> frames, float maximum)
    {
        if (float.IsNaN(maximum))
        {
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, "The greatest value must be a number.");
        }

        float least = maximum - Range;
        foreach (ref float value in frames)
        {
            value = ((value > least ? value : least) + 4) * 0.25f;
        }
    }

    /// <summary>The greatest of some values; negative infinity where there are none.</summary>
    internal static float Greatest(ReadOnlySpan<float> values)
    {
        float greatest = float.NegativeInfinity;
        foreach (float value in values)
        {
            greatest = value > greatest ? value : greatest;
        }

        return greatest;
    }
}
