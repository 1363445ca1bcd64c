using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>The language of a sound, as a model hears it.</summary>
/// <param name="Language">The code of the most probable language.</param>
/// <param name="Probability">Its probability, from 0 to 1.</param>
/// <param name="Probabilities">All languages of the model and their probabilities, the most probable first.</param>
public sealed record LanguageGuess(string Language, double Probability, ImmutableArray<LanguageProbability> Probabilities);
