namespace KernelGen.Audio;

/// <summary>Another reader's audio at another rate (<see cref="AudioReader.Resample"/>).</summary>
internal sealed class ResamplingReader : AudioReader
{
    private const int ReadLength = 4096;

    private readonly AudioReader _source;
    private readonly PolyphaseFilter _filter;
    private readonly int _phases;
    private readonly int _step;
    private readonly int _channels;

    /// <summary>What the source gave last, [frames, channels].</summary>
    private readonly float[] _given;

    /// <summary>Samples of the source, [channels, capacity].</summary>
    private readonly float[] _samples;

    private readonly int _capacity;

    /// <summary>The time in the source, in samples, at which <see cref="_samples"/> begin.</summary>
    private long _start;

    /// <summary>How many samples of each channel there are from there on.</summary>
    private int _length;

    /// <summary>The time of the next sample of the output in the source: whole samples and parts.</summary>
    private long _time;

    private int _phase;

    /// <summary>The samples of the source; -1 as long as there may be more.</summary>
    private long _end = -1;

    public ResamplingReader(AudioReader source, int sampleRate)
    {
        int divisor = GreatestCommonDivisor(sampleRate, source.SampleRate);
        _source = source;
        _phases = sampleRate / divisor;
        _step = source.SampleRate / divisor;
        _channels = source.Channels;
        SampleRate = sampleRate;
        _filter = new PolyphaseFilter(_phases, _step);
        _given = new float[ReadLength * _channels];
        _capacity = _filter.Length + ReadLength;
        _samples = new float[_channels * _capacity];

        // Before the beginning there is silence.
        _start = 1 - _filter.Before;
        _length = _filter.Before - 1;
    }

    public override int SampleRate { get; }

    public override int Channels => _channels;

    public override TimeSpan? Duration => _source.Duration;

    public override bool IsTruncated => _source.IsTruncated;

    /// <summary>How many frames can be made, once the source has given so many more.</summary>
    /// <param name="available">How many frames the source can give.</param>
    public int FramesOf(int available)
    {
        // Frame k of the output, counted from the next, needs those of the source up to its time and behind it.
        long most = _start + _length + available - _filter.Length + _filter.Before - 1 - _time;
        return most < 0 ? 0 : (int)((((most + 1) * _phases) - 1 - _phase) / _step) + 1;
    }

    protected override int ReadFrames(Span<float> samples)
    {
        int room = samples.Length / _channels;
        int made = 0;
        while (made < room && TryProvide())
        {
            int from = (int)(_time + 1 - _filter.Before - _start);
            for (int channel = 0; channel < _channels; channel++)
            {
                samples[(made * _channels) + channel] = _filter.Apply(_phase, _samples.AsSpan((channel * _capacity) + from, _filter.Length));
            }

            made++;
            long next = (long)_phase + _step;
            _time += next / _phases;
            _phase = (int)(next % _phases);
        }

        return made * _channels;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
        }
    }

    /// <summary>Reads what the next sample of the output is made of.</summary>
    /// <returns>False where it would lie behind the end.</returns>
    private bool TryProvide()
    {
        long from = _time + 1 - _filter.Before;
        while (_start + _length < from + _filter.Length && (_end < 0 || _time < _end))
        {
            Forget(from);
            if (_end >= 0)
            {
                Append(Math.Min(_capacity - _length, ReadLength), silence: true);
                continue;
            }

            int read = _source.Read(_given.AsSpan(0, Math.Min(_capacity - _length, ReadLength) * _channels));
            if (read == 0)
            {
                _end = _start + _length;
                continue;
            }

            Append(read / _channels, silence: false);
        }

        return _end < 0 || _time < _end;
    }

    /// <summary>Lets go of samples before a time.</summary>
    private void Forget(long time)
    {
        int gone = (int)Math.Min(time - _start, _length);
        for (int channel = 0; channel < _channels; channel++)
        {
            Span<float> samples = _samples.AsSpan(channel * _capacity, _length);
            samples[gone..].CopyTo(samples);
        }

        _start += gone;
        _length -= gone;
    }

    private void Append(int frames, bool silence)
    {
        for (int channel = 0; channel < _channels; channel++)
        {
            Span<float> samples = _samples.AsSpan((channel * _capacity) + _length, frames);
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = silence ? 0 : _given[(i * _channels) + channel];
            }
        }

        _length += frames;
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
