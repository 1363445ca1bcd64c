namespace KernelGen.Audio;

/// <summary>Frames of a part of a sound that have been read, so that another part may be read meanwhile.</summary>
/// <param name="source">The sound.</param>
/// <param name="part">The part; nothing else is asked for.</param>
internal sealed class BufferedFrames(ILogMelSource source, FrameRange part) : ILogMelSource
{
    private float[]? _frames;

    /// <inheritdoc/>
    public int Bins => source.Bins;

    /// <inheritdoc/>
    public int FrameCount => source.FrameCount;

    /// <inheritdoc/>
    public void Read(int firstFrame, Span<float> frames)
    {
        if (_frames is null)
        {
            _frames = new float[(part.End - part.Start) * Bins];
            source.Read(part.Start, _frames);
        }

        _frames.AsSpan((firstFrame - part.Start) * Bins, frames.Length).CopyTo(frames);
    }
}
