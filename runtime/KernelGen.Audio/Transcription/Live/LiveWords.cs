using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>What one more pass over a live sound has made certain.</summary>
/// <param name="Final">The words that are final from now on, in their order.</param>
/// <param name="Tentative">The words after them, which the next pass may change.</param>
/// <param name="KeepFrom">The sound before this time is not needed any more: the next pass may begin here.</param>
internal sealed record LiveWords(ImmutableArray<TranscriptWord> Final, ImmutableArray<TranscriptWord> Tentative, TimeSpan KeepFrom);
