using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>How probable a given target is.</summary>
public sealed class ScoreResult
{
    internal ScoreResult(float[] tokenLogProbabilities)
    {
        TokenLogProbabilities = ImmutableCollectionsMarshal.AsImmutableArray(tokenLogProbabilities);
        foreach (float logProbability in tokenLogProbabilities)
        {
            LogProbability += logProbability;
        }
    }

    /// <summary>The natural logarithm of each token's probability given the source and the tokens before it.</summary>
    public ImmutableArray<float> TokenLogProbabilities { get; }

    /// <summary>Their sum, from the first to the last: the log-probability of the target.</summary>
    public float LogProbability { get; }

    /// <summary>The log-probability of the target, and the number of its tokens.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"log-probability {LogProbability:0.####} of {TokenLogProbabilities.Length} tokens");
}
