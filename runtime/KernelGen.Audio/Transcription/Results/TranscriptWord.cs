namespace KernelGen.Audio;

/// <summary>A word of a transcript. Its times are an estimate.</summary>
/// <param name="Text">The word, with the space before it and the punctuation that belongs to it.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Probability">The mean of the probabilities of its tokens, from 0 to 1.</param>
public sealed record TranscriptWord(string Text, TimeSpan Start, TimeSpan End, double Probability);
