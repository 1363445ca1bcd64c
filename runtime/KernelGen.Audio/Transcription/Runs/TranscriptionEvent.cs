using System.Runtime.ExceptionServices;

namespace KernelGen.Audio;

/// <summary>What comes next of transcriptions that are run one after the other: a segment, the end of one, or what went wrong in it, which is also its end.</summary>
/// <param name="Run">The transcription; <see langword="null"/> where it did not begin.</param>
/// <param name="Segment">A segment that is final, or <see langword="null"/> at the end.</param>
/// <param name="Error">What went wrong, or <see langword="null"/>.</param>
internal readonly record struct TranscriptionEvent(TranscriptionRun? Run, TranscriptSegment? Segment, ExceptionDispatchInfo? Error);
