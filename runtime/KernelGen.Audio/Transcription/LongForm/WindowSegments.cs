namespace KernelGen.Audio;

/// <summary>The segments of a window.</summary>
/// <param name="Segments">The segments.</param>
/// <param name="Advance">How many frames after this window's beginning the next one begins.</param>
/// <param name="EndsWithOneTimestamp">Whether nothing is said after the last segment.</param>
internal sealed record WindowSegments(List<SegmentDraft> Segments, int Advance, bool EndsWithOneTimestamp);
