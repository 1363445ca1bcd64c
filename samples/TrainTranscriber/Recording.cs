namespace KernelGen.Samples.TrainTranscriber;

/// <summary>A sentence as it was spoken, without noise, and without silence before and behind it.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Voice">What espeak-ng calls the voice.</param>
/// <param name="Samples">16 bits each, 16 kHz.</param>
internal sealed record Recording(string Text, string Voice, ReadOnlyMemory<short> Samples);
