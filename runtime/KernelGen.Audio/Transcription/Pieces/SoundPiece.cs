namespace KernelGen.Audio;

/// <summary>A piece of a sound.</summary>
/// <param name="Span">Where it lies, in samples of the sound.</param>
/// <param name="Samples">Its samples, until the next piece is asked for.</param>
internal readonly record struct SoundPiece(SpeechSpan Span, ReadOnlyMemory<float> Samples);
