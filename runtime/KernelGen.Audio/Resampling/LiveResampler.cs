namespace KernelGen.Audio;

/// <summary>Resamples a sound that comes bit by bit: as many samples can be read as those that have come are enough for.</summary>
internal sealed class LiveResampler
{
    private readonly Queue _queue;
    private readonly ResamplingReader _reader;

    /// <param name="from">The samples in a second of the sound.</param>
    /// <param name="to">Those that it is to have.</param>
    /// <param name="capacity">The most samples that are ever added without all that can be read being read.</param>
    public LiveResampler(int from, int to, int capacity)
    {
        _queue = new Queue(from, capacity);
        _reader = new ResamplingReader(_queue, to);
    }

    /// <summary>Adds samples.</summary>
    public void Add(ReadOnlySpan<float> samples) => _queue.Add(samples);

    /// <summary>Nothing more comes.</summary>
    public void End() => _queue.HasEnded = true;

    /// <summary>Reads samples at the new rate.</summary>
    /// <returns>How many there were: 0 where more have to come first, or all was read.</returns>
    public int Read(Span<float> samples)
    {
        int count = _queue.HasEnded ? samples.Length : Math.Min(samples.Length, _reader.FramesOf(_queue.Length));
        return count == 0 ? 0 : _reader.Read(samples[..count]);
    }

    /// <summary>The samples that have come, and have not been read.</summary>
    private sealed class Queue(int sampleRate, int capacity) : AudioReader
    {
        // What is left, less than a filter is long, is there, too.
        private float[] _samples = new float[capacity];
        private int _start;

        public int Length { get; private set; }

        public bool HasEnded { get; set; }

        public override int SampleRate => sampleRate;

        public override int Channels => 1;

        public override TimeSpan? Duration => null;

        public void Add(ReadOnlySpan<float> samples)
        {
            if (_start > 0)
            {
                _samples.AsSpan(_start, Length).CopyTo(_samples);
                _start = 0;
            }

            if (_samples.Length < Length + samples.Length)
            {
                Array.Resize(ref _samples, Length + samples.Length);
            }

            samples.CopyTo(_samples.AsSpan(Length));
            Length += samples.Length;
        }

        protected override int ReadFrames(Span<float> samples)
        {
            int count = Math.Min(samples.Length, Length);
            _samples.AsSpan(_start, count).CopyTo(samples);
            _start += count;
            Length -= count;
            return count;
        }
    }
}
