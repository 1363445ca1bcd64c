namespace KernelGen.Audio;

/// <summary>A transcription that has begun: the language is known, and the segments come as they are asked for.</summary>
/// <param name="Language">The code of the language.</param>
/// <param name="Guess">What the model said about it, where it was asked.</param>
/// <param name="Segments">The segments, each once it is final, also those without text. To be gone through once.</param>
internal sealed record TranscriptionRun(string Language, LanguageGuess? Guess, IEnumerable<TranscriptSegment> Segments);
