using KernelGen.Text;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>How much work a request asks for, to be bounded before it waits.</summary>
public static class RequestWork
{
    /// <summary>What a short sentence counts as, because the model may say much about little.</summary>
    private const int LeastTokens = 16;

    /// <summary>What a row of attention costs, to compute, to write and to send, in steps of the search.</summary>
    private const int AttentionCost = 4;

    /// <summary>
    /// Counts it: the source tokens of the sentences, at least 16 for each, times the beam; four times as much for each hypothesis whose attention is wanted, where that is more.
    /// </summary>
    /// <param name="generator">What generates.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How to generate.</param>
    /// <exception cref="TextTooLongException">A text has more tokens than the model takes, and is not to be split.</exception>
    public static long Of(TextGenerator generator, IEnumerable<string> texts, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        long width = Math.Max(options.BeamSize, options.ReturnCrossAttention ? AttentionCost * options.HypothesisCount : 1);
        return width * texts.Sum(text => generator.Encode(text).Sum(static sentence => (long)Math.Max(sentence.Tokens.Length, LeastTokens)));
    }
}
