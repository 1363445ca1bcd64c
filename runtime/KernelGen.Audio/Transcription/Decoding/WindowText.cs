using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>What is said in a window, as the temperature has it that was kept.</summary>
/// <param name="Tokens">The tokens of text and timestamps.</param>
/// <param name="Text">Their text, without white space around it.</param>
/// <param name="Temperature">The temperature.</param>
/// <param name="AverageLogProbability">The sum of log-probabilities over the number of tokens, the end token included.</param>
/// <param name="NoSpeechProbability">The probability that there is no speech.</param>
/// <param name="CompressionRatio">How often the text repeats itself.</param>
internal sealed record WindowText(
    ImmutableArray<int> Tokens, string Text, double Temperature, double AverageLogProbability, double NoSpeechProbability, double CompressionRatio);
