namespace KernelGen.Audio;

/// <summary>What is said between two pauses. Samples count from the beginning of the sound.</summary>
/// <param name="Start">The first sample.</param>
/// <param name="End">The sample behind the last that is known.</param>
/// <param name="HasEnded">Whether a pause follows, or the end of the sound.</param>
internal readonly record struct Utterance(long Start, long End, bool HasEnded);
