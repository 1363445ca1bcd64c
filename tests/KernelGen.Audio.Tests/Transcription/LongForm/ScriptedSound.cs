namespace KernelGen.Audio.Tests;

/// <summary>A sound whose frames say which they are: the first bin of a frame is its number and one more, so that what is no sound is 0.</summary>
internal sealed class ScriptedSound(int frameCount) : ILogMelSource
{
    public int Bins => ScriptedModel.Bins;

    public int FrameCount => frameCount;

    /// <summary>What was asked for.</summary>
    public List<FrameRange> Asked { get; } = [];

    public void Read(int firstFrame, Span<float> frames)
    {
        frames.Clear();
        Asked.Add(new FrameRange(firstFrame, firstFrame + (frames.Length / Bins)));
        for (int frame = 0; frame < frames.Length / Bins; frame++)
        {
            frames[frame * Bins] = firstFrame + frame + 1;
        }
    }
}
