namespace KernelGen.Audio;

/// <summary>
/// Reads the log10 values of a <see cref="LogMelSpectrogram"/> from audio of any length, in parts, with memory that does not grow with it. They are the values of the whole, before the
/// clamp: <see cref="LogMelSpectrogram.Normalize"/> makes of them what the encoder reads. Who wants the clamp of the whole reads twice, first for <see cref="Maximum"/>. Not thread-safe.
/// </summary>
public sealed class LogMelReader
{
    private const int BufferLength = 1 << 14;

    private readonly AudioReader _audio;
    private readonly int _bins;
    private readonly LogMelFrames _computation;
    private readonly float[] _samples = new float[BufferLength];
    private readonly float[] _padded = new float[PowerSpectrum.Samples];

    /// <summary>The samples of silence that are still to come.</summary>
    private long _silence;

    /// <summary>The first of <see cref="_samples"/> in the audio.</summary>
    private long _start;

    private int _length;
    private long _frame;

    /// <summary>The samples of the audio with the silence behind it; -1 as long as there may be more.</summary>
    private long _end = -1;

    /// <param name="spectrogram">The filters.</param>
    /// <param name="audio">One channel at 16 kHz. It is not disposed.</param>
    /// <param name="silence">How many samples of silence follow the audio. Whisper's transcription has 480,000, 30 seconds.</param>
    /// <exception cref="ArgumentException">The audio has another rate, or more than one channel.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The silence is negative.</exception>
    public LogMelReader(LogMelSpectrogram spectrogram, AudioReader audio, long silence = 0)
    {
        ArgumentNullException.ThrowIfNull(spectrogram);
        ArgumentNullException.ThrowIfNull(audio);
        ArgumentOutOfRangeException.ThrowIfNegative(silence);
        if (audio.Channels != 1 || audio.SampleRate != LogMelSpectrogram.SampleRate)
        {
            throw new ArgumentException(
                $"The audio has {audio.Channels} channel{(audio.Channels == 1 ? "" : "s")} at {audio.SampleRate} Hz; expected one at {LogMelSpectrogram.SampleRate} Hz. "
                + $"Call {nameof(AudioReader.ToMono)}().{nameof(AudioReader.Resample)}({LogMelSpectrogram.SampleRate}) on it.",
                nameof(audio));
        }

        _audio = audio;
        _silence = silence;
        _bins = spectrogram.Bins;
        _computation = new LogMelFrames(spectrogram.Filters);
    }

    /// <summary>The greatest value so far; negative infinity before the first.</summary>
    public float Maximum { get; private set; } = float.NegativeInfinity;

    /// <summary>How many frames have been read.</summary>
    public long Position => _frame;

    /// <summary>Reads on.</summary>
    /// <param name="frames">Receives rows of log10 values, [frames, bins]; it has room for one at least.</param>
    /// <returns>How many frames were read: as many as there is room for, fewer at the end, then 0.</returns>
    /// <exception cref="ArgumentException">There is no room for a frame.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or a sample is NaN or infinite.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public int ReadFrames(Span<float> frames)
    {
        int room = frames.Length / _bins;
        if (room == 0)
        {
            throw new ArgumentException($"There is room for {frames.Length} values; expected room for a frame of {_bins} at least.", nameof(frames));
        }

        int read = 0;
        while (read < room)
        {
            int count = (int)Math.Min(Math.Min(PowerSpectrum.Windows, room - read), FramesAhead());
            if (count == 0)
            {
                break;
            }

            Span<float> rows = frames.Slice(read * _bins, count * _bins);
            if (!_computation.TryCompute(NextWindows(), rows))
            {
                throw new InvalidDataException($"The audio has a sample that is NaN or infinite near {SampleTime.Show(_frame * LogMelSpectrogram.HopLength, LogMelSpectrogram.SampleRate)}.");
            }

            Maximum = Math.Max(Maximum, LogMelSpectrogram.Greatest(rows));
            read += count;
            _frame += count;
        }

        return read;
    }

    /// <summary>Reads the samples of the next four windows, as far as there are any.</summary>
    /// <returns>How many frames there are from the next on; many, where the end is not known.</returns>
    private long FramesAhead()
    {
        long first = FirstSample;
        while (_end < 0 && _start + _length < first + PowerSpectrum.Samples)
        {
            if (_length == _samples.Length)
            {
                int gone = (int)(first - _start);
                _samples.AsSpan(gone).CopyTo(_samples);
                _start += gone;
                _length -= gone;
            }

            int read = _audio.Read(_samples.AsSpan(_length));
            if (read == 0)
            {
                read = (int)Math.Min(_silence, _samples.Length - _length);
                _samples.AsSpan(_length, read).Clear();
                _silence -= read;
                _end = read == 0 ? _start + _length : -1;
            }

            _length += read;
        }

        return _end < 0 ? long.MaxValue : (_end / LogMelSpectrogram.HopLength) - _frame;
    }

    /// <summary>The first sample of the next window; before the beginning it is negative.</summary>
    private long FirstSample => (_frame * LogMelSpectrogram.HopLength) - (LogMelSpectrogram.WindowLength / 2);

    private ReadOnlySpan<float> NextWindows()
    {
        long first = FirstSample;
        long end = _end < 0 ? _start + _length : _end;
        if (first >= 0 && first + PowerSpectrum.Samples <= end)
        {
            return _samples.AsSpan((int)(first - _start), PowerSpectrum.Samples);
        }

        // What lies further behind the end than a window reaches is of no use.
        for (int i = 0; i < _padded.Length; i++)
        {
            long place = Reflection.Of(first + i, end) - _start;
            _padded[i] = place >= 0 && place < _length ? _samples[place] : 0;
        }

        return _padded;
    }
}
