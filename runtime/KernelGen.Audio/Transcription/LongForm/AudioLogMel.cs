namespace KernelGen.Audio;

/// <summary>
/// The log-mel frames of audio that can be opened several times: once to find the maximum of the whole, by which frames are clamped, and again to compute
/// a window after the other. Memory does not grow with the length.
/// </summary>
internal sealed class AudioLogMel : ILogMelSource, IDisposable
{
    private readonly LogMelSpectrogram _spectrogram;
    private readonly Func<AudioReader> _open;
    private readonly int _silence;
    private readonly float _maximum;
    private AudioReader? _audio;
    private LogMelReader? _reader;

    /// <summary>Frames that were read, the first of which is the frame <see cref="_first"/>.</summary>
    private float[] _frames = [];
    private int _first;
    private int _count;

    /// <param name="spectrogram">The filters.</param>
    /// <param name="windowFrames">The frames of a window: so much silence stands behind the audio, and is not counted.</param>
    /// <param name="open">Opens the audio: one channel at 16 kHz.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public AudioLogMel(LogMelSpectrogram spectrogram, int windowFrames, Func<AudioReader> open, CancellationToken cancellation)
    {
        _spectrogram = spectrogram;
        _open = open;
        _silence = windowFrames * LogMelSpectrogram.HopLength;
        using AudioReader audio = open();
        var reader = new LogMelReader(spectrogram, audio, _silence);
        float[] frames = new float[windowFrames * Bins];
        while (reader.ReadFrames(frames) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        _maximum = reader.Maximum;
        FrameCount = checked((int)(reader.Position - windowFrames));
    }

    /// <inheritdoc/>
    public int Bins => _spectrogram.Bins;

    /// <inheritdoc/>
    public int FrameCount { get; }

    /// <inheritdoc/>
    public void Read(int firstFrame, Span<float> frames)
    {
        int wanted = frames.Length / Bins;
        if (_reader is null || firstFrame < _first)
        {
            Open();
        }

        Forget(firstFrame);
        ReadUntil(firstFrame + wanted);
        int skipped = firstFrame - _first;
        int found = Math.Clamp(_count - skipped, 0, wanted);
        _frames.AsSpan(Math.Min(skipped, _count) * Bins, found * Bins).CopyTo(frames);
        LogMelSpectrogram.Normalize(frames[..(found * Bins)], _maximum);
        frames[(found * Bins)..].Clear();
    }

    /// <summary>Closes the audio.</summary>
    public void Dispose() => _audio?.Dispose();

    private void Open()
    {
        _audio?.Dispose();
        _audio = _open();
        _reader = new LogMelReader(_spectrogram, _audio, _silence);
        _first = _count = 0;
    }

    /// <summary>Forgets the frames before one.</summary>
    private void Forget(int frame)
    {
        int gone = Math.Min(frame - _first, _count);
        _frames.AsSpan(gone * Bins, (_count - gone) * Bins).CopyTo(_frames);
        _first += gone;
        _count -= gone;
    }

    /// <summary>Reads the frames before one; those that nobody asks for are passed over, a part at a time.</summary>
    private void ReadUntil(int end)
    {
        const int Part = 1024;
        while (_first + _count < end)
        {
            if (_frames.Length < (_count + Part) * Bins)
            {
                Array.Resize(ref _frames, (_count + Part) * 2 * Bins);
            }

            int read = _reader!.ReadFrames(_frames.AsSpan(_count * Bins, Part * Bins));
            if (read == 0)
            {
                return;
            }

            _count += read;
        }
    }
}
