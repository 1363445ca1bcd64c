using System.Globalization;

namespace KernelGen;

/// <summary>A token as it comes while a target is generated.</summary>
/// <param name="Index">Its place in the target, from 0.</param>
/// <param name="Token">The token id; never the end token.</param>
/// <param name="LogProbability">
/// Its log-probability among the tokens that may be generated; <see langword="null"/> unless <see cref="GenerationOptions.ReturnScores"/> or
/// <see cref="GenerationOptions.ReturnTokenLogProbabilities"/> asked for it.
/// </param>
public readonly record struct GeneratedToken(int Index, int Token, float? LogProbability)
{
    /// <summary>The token id, its place, and its log-probability where there is one.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"token {Token} at {Index}{(LogProbability is float value ? string.Create(CultureInfo.InvariantCulture, $", log-probability {value:0.####}") : "")}");
}
