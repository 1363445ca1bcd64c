namespace KernelGen.Samples.Translate;

/// <summary>A sentence has more characters than the model reads at once.</summary>
internal sealed class SentenceTooLongException(int characters, int maximum)
    : Exception($"has {characters} characters without spaces; at most {maximum} can be translated at once. Split it into shorter sentences.");
