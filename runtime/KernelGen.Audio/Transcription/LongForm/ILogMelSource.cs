namespace KernelGen.Audio;

/// <summary>The log-mel frames of a sound, of 10 ms each, which are asked for a window at a time, so that those of a long sound are never all there.</summary>
internal interface ILogMelSource
{
    /// <summary>The mel bins of a frame.</summary>
    int Bins { get; }

    /// <summary>The frames of the sound.</summary>
    int FrameCount { get; }

    /// <summary>Computes frames.</summary>
    /// <param name="firstFrame">
    /// The first of them. It never is before that of the call before, but where a clip begins: what is before it need not be kept, where it can be computed again.
    /// </param>
    /// <param name="frames">Receives the frames, <c>[frames, bins]</c>. Those after the end of the sound are frames of silence.</param>
    void Read(int firstFrame, Span<float> frames);
}
