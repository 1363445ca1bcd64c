namespace KernelGen.Audio;

/// <summary>How probable a language is.</summary>
/// <param name="Language">Its code.</param>
/// <param name="Probability">Its probability, from 0 to 1.</param>
public readonly record struct LanguageProbability(string Language, double Probability);
