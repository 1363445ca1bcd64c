namespace KernelGen.Audio.Tests;

/// <summary>Log-mel frames that are all there: those of a sound, and of silence after it.</summary>
internal sealed class LogMelFrames(float[] frames, int frameCount, int bins) : ILogMelSource
{
    public int Bins => bins;

    public int FrameCount => frameCount;

    /// <summary>The first frames that were asked for.</summary>
    public List<int> Asked { get; } = [];

    public void Read(int firstFrame, Span<float> destination)
    {
        Asked.Add(firstFrame);
        frames.AsSpan(firstFrame * bins, destination.Length).CopyTo(destination);
    }
}
