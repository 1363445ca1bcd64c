using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Tests.Reference;

/// <summary>
/// What may come next in a target, from logits that are computed anew each time: every rule as its definition says, without a thought for speed. Sums have
/// the bits that the runtime's have.
/// </summary>
internal sealed class ReferenceRules
{
    private readonly EncoderDecoder _model;
    private readonly ModelDescription _description;
    private readonly RuleCase _case;

    public ReferenceRules(EncoderDecoder model, ModelDescription description, RuleCase ruleCase)
    {
        _model = model;
        _description = description;
        _case = ruleCase;
    }

    public int MaxLength => _case.Options.MaxLength ?? _description.MaxTargetLength;

    /// <summary>The logits of the token after a target, those of forbidden tokens being minus infinity, and the only token that is possible, if it is forced.</summary>
    public (float[] Logits, int? Forced) Next(int[] source, int[] tokens)
    {
        GenerationOptions options = _case.Options;
        int vocabulary = _description.TargetVocabularySize;
        float[] logits = _model.Logits(source, [_description.StartToken, .. tokens])[^vocabulary..];
        if (tokens.Length < options.ForcedPrefix.Length)
        {
            return (logits, options.ForcedPrefix[tokens.Length]);
        }

        if (options.ForceEndToken && tokens.Length == MaxLength - 1)
        {
            return (logits, _description.EndToken);
        }

        int[] history = [_description.StartToken, .. tokens];
        foreach (int token in history.Distinct())
        {
            float penalty = (float)options.RepetitionPenalty;
            logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
        }

        for (int token = 0; token < vocabulary; token++)
        {
            if (IsForbidden(options, history, tokens, token))
            {
                logits[token] = float.NegativeInfinity;
            }
        }

        return (logits, null);
    }

    /// <summary>Every token that may come next, with its logit and log-probability; none where nothing is allowed.</summary>
    public IReadOnlyList<Continuation> Continuations(int[] source, int[] tokens)
    {
        (float[] logits, int? forced) = Next(source, tokens);
        if (logits.All(float.IsNegativeInfinity))
        {
            return [];
        }

        (float maximum, float sum) = ReferenceKernels.SumOfExponentials(logits);
        double log = DeterministicMath.Log(sum);
        return
        [
            .. Enumerable.Range(0, logits.Length)
                .Where(token => forced is { } only ? token == only : logits[token] > float.NegativeInfinity)
                .Select(token => new Continuation(token, logits[token], (double)logits[token] - maximum - log, (float)((double)logits[token] - maximum - log))),
        ];
    }

    /// <summary>Whether the caller stops after these tokens.</summary>
    public bool Stops(int[] tokens) => _case.Stops is { } stops && tokens.Length > _case.Options.ForcedPrefix.Length && stops(tokens);

    /// <summary>A score: the sum of log-probabilities over a power of the number of tokens.</summary>
    public double Score(double sum, int tokens) =>
        sum / (_case.Options.LengthPenalty == 1 ? Math.Max(1, tokens) : DeterministicMath.Exp(_case.Options.LengthPenalty * DeterministicMath.Log(Math.Max(1, tokens))));

    private bool IsForbidden(GenerationOptions options, int[] history, int[] tokens, int token)
    {
        int[] extended = [.. history, token];
        return _description.SuppressedTokens.Contains(token)
            || options.SuppressedTokens.Contains(token)
            || options.SuppressedSequences.Any(sequence => extended.TakeLast(sequence.Length).SequenceEqual(sequence))
            || (token == _description.EndToken && tokens.Length < options.MinLength)
            || (options.NoRepeatNGramSize > 0 && NGrams(history, options.NoRepeatNGramSize).Contains(LastNGram(extended, options.NoRepeatNGramSize)))
            || (_case.Allows is { } allows && !allows(tokens, token));
    }

    private static HashSet<string> NGrams(int[] tokens, int size) =>
        [.. Enumerable.Range(0, Math.Max(0, tokens.Length - size + 1)).Select(first => string.Join(" ", tokens.Skip(first).Take(size)))];

    private static string LastNGram(int[] tokens, int size) => string.Join(" ", tokens.TakeLast(size));

    /// <summary>A token that may come next: its logit, its log-probability as a summand of a beam's sum, and as it is returned.</summary>
    internal sealed record Continuation(int Token, float Logit, double LogProbability, float TokenLogProbability);
}
