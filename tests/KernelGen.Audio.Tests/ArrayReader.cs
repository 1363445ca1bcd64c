namespace KernelGen.Audio.Tests;

/// <summary>Samples in memory as a reader, some at a time.</summary>
internal sealed class ArrayReader(float[] samples, int sampleRate, int channels = 1, int mostFramesAtOnce = int.MaxValue) : AudioReader
{
    private int _next;

    public bool IsDisposed { get; private set; }

    public override int SampleRate => sampleRate;

    public override int Channels => channels;

    public override TimeSpan? Duration => null;

    protected override int ReadFrames(Span<float> destination)
    {
        int count = Math.Min(Math.Min(destination.Length, samples.Length - _next), (int)Math.Min((long)mostFramesAtOnce * channels, int.MaxValue));
        samples.AsSpan(_next, count).CopyTo(destination);
        _next += count;
        return count;
    }

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
