using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelGen;

/// <summary>What was generated for one source.</summary>
public sealed class GenerationResult
{
    internal GenerationResult(ImmutableArray<Hypothesis> hypotheses) => Hypotheses = hypotheses;

    /// <summary>
    /// The hypotheses, the best first: one from greedy search, <see cref="GenerationOptions.HypothesisCount"/> from beam search; so many from sampling, in the
    /// order drawn.
    /// </summary>
    public ImmutableArray<Hypothesis> Hypotheses { get; }

    /// <summary>The best hypothesis, as <see cref="Hypothesis.ToString"/> shows it, and how many there are beside it.</summary>
    public override string ToString() => Hypotheses.Length switch
    {
        0 => "no hypothesis",
        1 => Hypotheses[0].ToString(),
        int count => $"{Hypotheses[0]} and {(count - 1).ToString(CultureInfo.InvariantCulture)} more",
    };
}

/// <summary>One generated target.</summary>
public sealed class Hypothesis
{
    internal Hypothesis(int[] tokens, float? score, FinishReason finishReason, float[]? tokenLogProbabilities = null, int? endToken = null)
    {
        Tokens = ImmutableCollectionsMarshal.AsImmutableArray(tokens);
        Score = score;
        FinishReason = finishReason;
        EndToken = endToken;
        TokenLogProbabilities = tokenLogProbabilities is null ? [] : ImmutableCollectionsMarshal.AsImmutableArray(tokenLogProbabilities);
    }

    /// <summary>The target of a source that holds nothing: no tokens, the score 0, ended at once.</summary>
    public static Hypothesis Empty { get; } = new([], 0, FinishReason.EndToken);

    /// <summary>One target made of several, which were generated for the parts of a source one by one.</summary>
    /// <param name="parts">The targets of the parts, in their order.</param>
    /// <returns>
    /// Their tokens one behind the other, and their log-probabilities where all have them, end tokens left out but for the last. The score is the mean of theirs,
    /// weighted by their numbers of tokens: with a <see cref="GenerationOptions.LengthPenalty"/> of 1 the score of all tokens together. It stopped as the
    /// first did that did not end, and has no cross-attention, which belongs to the parts.
    /// </returns>
    /// <exception cref="ArgumentException">There is no part.</exception>
    public static Hypothesis Join(IEnumerable<Hypothesis> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Hypothesis[] all = new List<Hypothesis>(parts).ToArray();
        if (all.Length == 0)
        {
            throw new ArgumentException("There is no hypothesis to join.", nameof(parts));
        }

        FinishReason reason = Array.Find(all, static part => part.FinishReason != FinishReason.EndToken)?.FinishReason ?? FinishReason.EndToken;
        double sum = 0, count = 0;
        foreach (Hypothesis part in all)
        {
            int tokens = part.Tokens.Length + (part.FinishReason == FinishReason.EndToken ? 1 : 0);
            sum += (part.Score ?? 0.0) * tokens;
            count += tokens;
        }

        float? score = Array.Exists(all, static part => part.Score is null) ? null : count == 0 ? 0 : (float)(sum / count);
        var joined = new List<int>();
        List<float>? logProbabilities = Array.TrueForAll(all, static part => part.TokenLogProbabilities.Length >= part.Tokens.Length) ? [] : null;
        foreach (Hypothesis part in all)
        {
            joined.AddRange(part.Tokens.AsSpan());
            logProbabilities?.AddRange(part.TokenLogProbabilities.AsSpan()[..part.Tokens.Length]);
        }

        if (reason == FinishReason.EndToken)
        {
            logProbabilities?.AddRange(all[^1].TokenLogProbabilities.AsSpan()[all[^1].Tokens.Length..]);
        }

        return new Hypothesis(joined.ToArray(), score, reason, logProbabilities?.ToArray());
    }

    /// <summary>The tokens, without the start and the end token.</summary>
    public ImmutableArray<int> Tokens { get; }

    /// <summary>
    /// The sum of the tokens' log-probabilities divided by <c>tokens^LengthPenalty</c> (<see cref="GenerationOptions.LengthPenalty"/>; by default their
    /// number), the end token counted; 0 where there is none. Beam search always gives it; greedy search and sampling give <see langword="null"/> unless
    /// <see cref="GenerationOptions.ReturnScores"/> asked for it. For what probabilities these are see <see cref="TokenLogProbabilities"/>. Beam search as
    /// <see cref="SearchDefinition.HuggingFace"/> defines it gives <c>sequences_scores</c>.
    /// </summary>
    public float? Score { get; }

    /// <summary>
    /// The natural logarithm of each token's probability, and at the end the end token's where <see cref="FinishReason"/> says that it came; empty unless
    /// <see cref="GenerationOptions.ReturnTokenLogProbabilities"/> asked for it.
    /// </summary>
    /// <remarks>
    /// Probabilities are over the tokens that may be generated: those that are suppressed or forbidden by rules have none, and penalties have been
    /// applied. They are the same for samples: temperature, top-k, top-p and min-p do not change them. Without rules they are what
    /// <see cref="EncoderDecoder.Score"/> gives the same target, and a forced token has that log-probability in any case.
    /// <para>
    /// With <see cref="SearchDefinition.HuggingFace"/> a forced token has 0; and in beam search they are what each token added to the sum: over the whole
    /// vocabulary, what is forbidden included, after penalties, unless <see cref="GenerationOptions.RenormalizeLogits"/> is set.
    /// </para>
    /// </remarks>
    public ImmutableArray<float> TokenLogProbabilities { get; }

    /// <summary>Why generation stopped.</summary>
    public FinishReason FinishReason { get; }

    /// <summary>The end token that came, one of <see cref="GenerationOptions.EndTokens"/>; <see langword="null"/> where none did.</summary>
    public int? EndToken { get; }

    /// <summary>
    /// Where the decoder looked when it predicted each token: the alignment of target and source. <see langword="null"/> unless
    /// <see cref="GenerationOptions.ReturnCrossAttention"/> asked for it.
    /// </summary>
    public CrossAttention? CrossAttention { get; internal set; }

    /// <summary>The first tokens, how many there are where that is not all, the score where there is one, and why generation stopped where no end token did it.</summary>
    public override string ToString()
    {
        const int Shown = 16;
        string tokens = string.Join(", ", Tokens[..Math.Min(Shown, Tokens.Length)]) + (Tokens.Length > Shown ? string.Create(CultureInfo.InvariantCulture, $", … {Tokens.Length} tokens") : "");
        string score = Score is float value ? string.Create(CultureInfo.InvariantCulture, $", score {value:0.####}") : "";
        return $"[{tokens}]{score}{(FinishReason == FinishReason.EndToken ? "" : $", ended by {FinishReason}")}";
    }
}

/// <summary>Why generation stopped.</summary>
public enum FinishReason
{
    /// <summary>The end token came: the model chose it, or <see cref="GenerationOptions.ForceEndToken"/> put it there.</summary>
    EndToken,

    /// <summary>The maximum length was reached.</summary>
    Length,

    /// <summary><see cref="GenerationOptions.StopWhen"/> stopped it.</summary>
    Stopped,

    /// <summary>The rules of <see cref="GenerationOptions"/> left no token that could have come next.</summary>
    NothingAllowed,
}
