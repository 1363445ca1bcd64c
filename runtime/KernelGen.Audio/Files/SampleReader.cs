namespace KernelGen.Audio;

/// <summary>Reads samples that are there.</summary>
/// <param name="samples">One channel.</param>
/// <param name="sampleRate">Samples in a second.</param>
internal sealed class SampleReader(ReadOnlyMemory<float> samples, int sampleRate) : AudioReader
{
    private int _next;

    /// <inheritdoc/>
    public override int SampleRate => sampleRate;

    /// <inheritdoc/>
    public override int Channels => 1;

    /// <inheritdoc/>
    public override TimeSpan? Duration => TimeSpan.FromSeconds((double)samples.Length / sampleRate);

    /// <inheritdoc/>
    protected override int ReadFrames(Span<float> destination)
    {
        int count = Math.Min(destination.Length, samples.Length - _next);
        samples.Span.Slice(_next, count).CopyTo(destination);
        _next += count;
        return count;
    }
}
