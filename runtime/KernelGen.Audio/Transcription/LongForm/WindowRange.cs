namespace KernelGen.Audio;

/// <summary>Where a window lies in a sound, in frames.</summary>
/// <param name="FirstFrame">Where it begins.</param>
/// <param name="Size">How many of its frames belong to the sound, or to the clip.</param>
/// <param name="FullSize">How many frames a window has.</param>
internal readonly record struct WindowRange(int FirstFrame, int Size, int FullSize)
{
    /// <summary>Where it begins, in seconds.</summary>
    public double Start => (double)FirstFrame / WindowShape.FramesPerSecond;

    /// <summary>How many seconds of it belong to the sound.</summary>
    public double Duration => (double)Size / WindowShape.FramesPerSecond;

    /// <summary>Where a whole window would end, in seconds.</summary>
    public double FullEnd => (double)(FirstFrame + FullSize) / WindowShape.FramesPerSecond;
}
