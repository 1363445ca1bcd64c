namespace KernelGen.Audio;

/// <summary>
/// Audio that is opened several times: what is short is kept in memory when it has been read to its end once, so that it is decoded and resampled once. What is long is opened anew, so that memory does
/// not grow with it.
/// </summary>
/// <param name="open">Opens the audio from its beginning: one channel at 16 kHz.</param>
internal sealed class KeptAudio(Func<AudioReader> open)
{
    /// <summary>The samples of a minute, which take 4 MB.</summary>
    private const int Most = 60 * LogMelSpectrogram.SampleRate;

    private ReadOnlyMemory<float>? _samples;

    /// <summary>Opens the audio from its beginning.</summary>
    public AudioReader Open() => _samples is { } samples ? new SampleReader(samples, LogMelSpectrogram.SampleRate) : new KeepingReader(this, open());

    /// <summary>Reads audio, and keeps it where it is short.</summary>
    private sealed class KeepingReader(KeptAudio owner, AudioReader source) : AudioReader
    {
        private float[]? _kept = [];
        private int _count;

        public override int SampleRate => source.SampleRate;

        public override int Channels => source.Channels;

        public override TimeSpan? Duration => source.Duration;

        public override bool IsTruncated => source.IsTruncated;

        protected override int ReadFrames(Span<float> samples)
        {
            int read = source.Read(samples);
            if (_kept is null)
            {
                return read;
            }

            if (read == 0)
            {
                owner._samples = _kept.AsMemory(0, _count);
                _kept = null;
                return 0;
            }

            if (_count + read > Most)
            {
                _kept = null;
                return read;
            }

            if (_kept.Length < _count + read)
            {
                Array.Resize(ref _kept, Math.Min(Most, Math.Max(2 * _kept.Length, _count + read)));
            }

            samples[..read].CopyTo(_kept.AsSpan(_count));
            _count += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                source.Dispose();
            }
        }
    }
}
