using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>What a model wrote for a window.</summary>
/// <param name="Tokens">The tokens, without the prompt and without the end token.</param>
/// <param name="LogProbability">The sum of their log-probabilities, and of that of the end token where it came.</param>
/// <param name="NoSpeechProbability">The probability that there is no speech in the window; 0 from a model that does not tell.</param>
internal sealed record DecodedWindow(ImmutableArray<int> Tokens, double LogProbability, double NoSpeechProbability);
