namespace KernelGen.Audio;

/// <summary>Audio that is refused where a sample is no number, and whose reading can be cancelled.</summary>
/// <param name="source">The audio, which belongs to this reader from now on.</param>
/// <param name="cancellation">Ends the reading.</param>
internal sealed class FiniteReader(AudioReader source, CancellationToken cancellation) : AudioReader
{
    /// <summary>How many samples of each channel have been read.</summary>
    public long Position { get; private set; }

    public override int SampleRate => source.SampleRate;

    public override int Channels => source.Channels;

    public override TimeSpan? Duration => source.Duration;

    public override bool IsTruncated => source.IsTruncated;

    protected override int ReadFrames(Span<float> samples)
    {
        cancellation.ThrowIfCancellationRequested();
        int read = source.Read(samples);
        int bad = samples[..read].IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        if (bad >= 0)
        {
            throw new InvalidDataException($"The audio has a sample that is {(float.IsNaN(samples[bad]) ? "NaN" : "infinite")} at {SampleTime.Show(Position + (bad / Channels), SampleRate)}.");
        }

        Position += read / Channels;
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
