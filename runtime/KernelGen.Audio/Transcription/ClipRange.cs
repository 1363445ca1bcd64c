namespace KernelGen.Audio;

/// <summary>A part of a sound.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends, or <see langword="null"/> for the end of the sound.</param>
public readonly record struct ClipRange(TimeSpan Start, TimeSpan? End = null);
