using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>What one pass heard.</summary>
/// <param name="Language">The code of the language.</param>
/// <param name="Words">The words, with times from the beginning of the whole sound.</param>
/// <param name="Last">The last segment that has words, or <see langword="null"/> where none has.</param>
internal sealed record HeardWords(string Language, ImmutableArray<TranscriptWord> Words, TranscriptSegment? Last);
