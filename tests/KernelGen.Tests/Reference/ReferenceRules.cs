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

    public int MaxLength => Math.Min(_case.Options.MaxLength ?? _description.MaxTargetLength, _description.MaxTargetLength);

    public int[] EndTokens => _case.Options.EndTokens.IsEmpty ? [_description.EndToken] : [.. _case.Options.EndTokens];

    private bool IsHuggingFace => _case.Options.Definition == SearchDefinition.HuggingFace;

    private int[] ForcedEndTokens => _case.Options.ForceEndToken ? [EndTokens[0]] : [.. _case.Options.ForcedEndTokens];

    /// <summary>The logits of the token after a target, those of forbidden tokens being minus infinity, and the only token that is possible, if it is forced.</summary>
    public (float[] Logits, int? Forced) Next(int[] source, int[] tokens)
    {
        GenerationOptions options = _case.Options;
        float[] logits = Logits(source, tokens);
        if (!IsHuggingFace && Forced(tokens.Length) is [int forced])
        {
            // A suppressed token that is forced is scored over the whole vocabulary.
            foreach (int token in _description.SuppressedTokens.Where(_ => !_description.SuppressedTokens.Contains(forced)))
            {
                logits[token] = float.NegativeInfinity;
            }

            return (logits, forced);
        }

        Process(logits, source, tokens);
        return (logits, null);
    }

    /// <summary>
    /// The same as Transformers have it in beam search: rules change log-probabilities. Where they only forbid, these are the exact ones.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="tokens">The tokens so far.</param>
    /// <param name="shunned">Tokens that other groups have chosen, as often as they have.</param>
    public IReadOnlyList<Continuation> HuggingFaceContinuations(int[] source, int[] tokens, IEnumerable<int> shunned)
    {
        GenerationOptions options = _case.Options;
        float[] scores = Logits(source, tokens);
        (float maximum, float sum) = ReferenceKernels.SumOfExponentials(scores);
        double logSum = DeterministicMath.Log(sum);
        if (options.RepetitionPenalty != 1 || options.EncoderRepetitionPenalty != 1 || tokens.Length > options.ExponentialLengthPenalty?.Start || Forced(tokens.Length).Length > 0)
        {
            scores = [.. scores.Select(score => score - maximum - (float)logSum)];
            (maximum, logSum) = (0, 0);
        }

        foreach (int token in shunned)
        {
            scores[token] -= (float)options.DiversityPenalty;
        }

        Process(scores, source, tokens);
        if (options.RenormalizeLogits && !scores.All(float.IsNegativeInfinity))
        {
            (maximum, sum) = ReferenceKernels.SumOfExponentials(scores);
            logSum = DeterministicMath.Log(sum);
        }

        return Continuations(scores, null, maximum, logSum);
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
        return Continuations(logits, forced, maximum, DeterministicMath.Log(sum));
    }

    /// <summary>Whether the caller stops after these tokens.</summary>
    public bool Stops(int[] tokens) => _case.Stops is { } stops && tokens.Length > _case.Options.ForcedPrefix.Length && stops(tokens);

    /// <summary>A score: the sum of log-probabilities over a power of the number of tokens.</summary>
    public double Score(double sum, int tokens) =>
        sum / (_case.Options.LengthPenalty == 1 ? Math.Max(1, tokens) : DeterministicMath.Exp(_case.Options.LengthPenalty * DeterministicMath.Log(Math.Max(1, tokens))));

    private static Continuation[] Continuations(float[] logits, int? forced, float maximum, double logSum) =>
    [
        .. Enumerable.Range(0, logits.Length)
            .Where(token => forced is { } only ? token == only : logits[token] > float.NegativeInfinity)
            .Select(token => new Continuation(token, logits[token], (double)logits[token] - maximum - logSum, (float)((double)logits[token] - maximum - logSum))),
    ];

    private float[] Logits(int[] source, int[] tokens) => _model.Logits(source, [_description.StartToken, .. tokens])[^_description.TargetVocabularySize..];

    /// <summary>The tokens of which one must stand at a position; none where any may. The last word has the end.</summary>
    private int[] Forced(int position) =>
        position == MaxLength - 1 && ForcedEndTokens.Length > 0 && (IsHuggingFace || position >= _case.Options.ForcedPrefix.Length) ? ForcedEndTokens
        : position < _case.Options.ForcedPrefix.Length ? [_case.Options.ForcedPrefix[position]]
        : [];

    /// <summary>Applies every rule to logits, or to log-probabilities, in the order of Transformers.</summary>
    private void Process(float[] logits, int[] source, int[] tokens)
    {
        GenerationOptions options = _case.Options;
        int[] history = [_description.StartToken, .. tokens];
        if (options.EncoderRepetitionPenalty != 1)
        {
            Penalize(logits, source, (float)(1 / options.EncoderRepetitionPenalty));
        }

        Penalize(logits, history, (float)options.RepetitionPenalty);
        Forbid(logits, token => _description.SuppressedTokens.Contains(token) || IsForbidden(options, source, history, tokens, token));
        if (IsHuggingFace && Forced(tokens.Length) is { Length: > 0 } forced)
        {
            for (int token = 0; token < logits.Length; token++)
            {
                logits[token] = forced.Contains(token) ? 0 : float.NegativeInfinity;
            }
        }

        if (options.ExponentialLengthPenalty is { } penalty && tokens.Length > penalty.Start)
        {
            double power = Enumerable.Repeat(penalty.Factor, tokens.Length - penalty.Start).Aggregate(1.0, static (product, factor) => product * factor);
            foreach (int end in EndTokens.Distinct().Where(end => logits[end] > float.NegativeInfinity))
            {
                logits[end] = (float)(logits[end] + (Math.Abs((double)logits[end]) * (power - 1)));
            }
        }

        Forbid(logits, token => options.SuppressedTokens.Contains(token)
            || (tokens.Length == options.ForcedPrefix.Length && options.BeginSuppressedTokens.Contains(token))
            || (_case.Allows is { } allows && !allows(tokens, token)));
    }

    private static void Penalize(float[] logits, int[] tokens, float penalty)
    {
        foreach (int token in tokens.Distinct())
        {
            logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
        }
    }

    private static void Forbid(float[] logits, Func<int, bool> isForbidden)
    {
        for (int token = 0; token < logits.Length; token++)
        {
            logits[token] = isForbidden(token) ? float.NegativeInfinity : logits[token];
        }
    }

    private bool IsForbidden(GenerationOptions options, int[] source, int[] history, int[] tokens, int token)
    {
        int[] extended = [.. history, token];
        return options.SuppressedSequences.Any(sequence => extended.TakeLast(sequence.Length).SequenceEqual(sequence)
                && !(IsHuggingFace && (sequence.Length > history.Length || (sequence.Length == 1 && EndTokens.Contains(sequence[0])))))
            || (EndTokens.Contains(token) && tokens.Length < options.MinLength)
            || (options.NoRepeatNGramSize > 0 && NGrams(history, options.NoRepeatNGramSize).Contains(LastNGram(extended, options.NoRepeatNGramSize)))
            || (options.EncoderNoRepeatNGramSize > 0 && NGrams(source, options.EncoderNoRepeatNGramSize).Contains(LastNGram(extended, options.EncoderNoRepeatNGramSize)));
    }

    private static HashSet<string> NGrams(int[] tokens, int size) =>
        [.. Enumerable.Range(0, Math.Max(0, tokens.Length - size + 1)).Select(first => string.Join(" ", tokens.Skip(first).Take(size)))];

    private static string LastNGram(int[] tokens, int size) => string.Join(" ", tokens.TakeLast(size));

    /// <summary>A token that may come next: its logit, its log-probability as a summand of a beam's sum, and as it is returned.</summary>
    internal sealed record Continuation(int Token, float Logit, double LogProbability, float TokenLogProbability);
}
