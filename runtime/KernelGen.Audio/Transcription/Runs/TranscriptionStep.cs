namespace KernelGen.Audio;

/// <summary>What a transcription does next: it waits for the text of a part, so that whoever runs it may decode several parts together, or it hands out a segment.</summary>
/// <param name="Pending">What has to be decoded before the next step is asked for, or <see langword="null"/>.</param>
/// <param name="Segment">A segment that is final but for its number, or <see langword="null"/>.</param>
internal readonly record struct TranscriptionStep(PendingText? Pending, TranscriptSegment? Segment);
