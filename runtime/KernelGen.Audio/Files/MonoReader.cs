namespace KernelGen.Audio;

/// <summary>The mean of the channels of another reader.</summary>
internal sealed class MonoReader : AudioReader
{
    private const int MostFrames = 4096;

    private readonly AudioReader _source;
    private readonly float[] _samples;

    public MonoReader(AudioReader source)
    {
        _source = source;
        _samples = new float[MostFrames * source.Channels];
    }

    public override int SampleRate => _source.SampleRate;

    public override int Channels => 1;

    public override TimeSpan? Duration => _source.Duration;

    public override bool IsTruncated => _source.IsTruncated;

    protected override int ReadFrames(Span<float> samples)
    {
        int channels = _source.Channels;
        int read = _source.Read(_samples.AsSpan(0, Math.Min(samples.Length, MostFrames) * channels));
        int frames = read / channels;
        for (int i = 0; i < frames; i++)
        {
            double sum = 0;
            foreach (float sample in _samples.AsSpan(i * channels, channels))
            {
                sum += sample;
            }

            samples[i] = (float)(sum / channels);
        }

        return frames;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
        }
    }
}
