using System.Collections.Immutable;
using KernelGen.Text;

namespace KernelGen.Tool.Lines;

/// <summary>How probable a target is.</summary>
/// <param name="Source">The source.</param>
/// <param name="Target">The target.</param>
/// <param name="LogProbability">The sum of its tokens' log-probabilities.</param>
/// <param name="Tokens">The tokens, the end token as the last.</param>
internal sealed record ScoredPair(string Source, string Target, float LogProbability, IReadOnlyList<ScoredToken> Tokens)
{
    /// <summary>Scores a pair of texts.</summary>
    public static ScoredPair Of(TextGenerator generator, string source, string target, CancellationToken cancellation)
    {
        ScoreResult score = generator.Score(source, target, cancellation);
        ImmutableArray<int> tokens = generator.EncodeTarget(target);
        return new ScoredPair(
            source, target, score.LogProbability, [.. tokens.Select((token, i) => new ScoredToken(generator.Target.Piece(token), score.TokenLogProbabilities[i]))]);
    }
}

/// <summary>A token of a target.</summary>
/// <param name="Piece">What it stands for, as the vocabulary writes it.</param>
/// <param name="LogProbability">The natural logarithm of its probability.</param>
internal sealed record ScoredToken(string Piece, float LogProbability);
