namespace KernelGen.Audio;

/// <summary>Frames of a sound, which may be none.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">The one after the last.</param>
internal readonly record struct FrameRange(int Start, int End);
