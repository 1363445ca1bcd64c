using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Tests.Reference;

/// <summary>Greedy search and sampling written as they are defined: one token after another, each from logits that are computed anew.</summary>
internal sealed class ReferenceGreedySearch
{
    private readonly RuleCase _case;
    private readonly ReferenceRules _rules;

    public ReferenceGreedySearch(EncoderDecoder model, ModelDescription description, RuleCase ruleCase)
    {
        _case = ruleCase;
        _rules = new ReferenceRules(model, description, ruleCase);
    }

    /// <summary>The target, or the samples in the order drawn.</summary>
    public IReadOnlyList<Answer> Search(int[] source) => [.. Enumerable.Range(0, _case.Options.HypothesisCount).Select(sample => Search(source, sample))];

    private Answer Search(int[] source, int sample)
    {
        List<int> tokens = [];
        List<float> logProbabilities = [];
        FinishReason reason = FinishReason.Length;
        int? endToken = null;
        while (tokens.Count < _rules.MaxLength)
        {
            IReadOnlyList<ReferenceRules.Continuation> next = _rules.Continuations(source, [.. tokens]);
            if (next.Count == 0)
            {
                reason = FinishReason.NothingAllowed;
                break;
            }

            ReferenceRules.Continuation chosen = next.Count == 1 ? next[0] : Choose(source, tokens, next, sample);
            logProbabilities.Add(chosen.TokenLogProbability);
            if (_rules.EndTokens.Contains(chosen.Token))
            {
                reason = FinishReason.EndToken;
                endToken = chosen.Token;
                break;
            }

            tokens.Add(chosen.Token);
            if (_rules.Stops([.. tokens]))
            {
                reason = FinishReason.Stopped;
                break;
            }
        }

        float total = logProbabilities.Aggregate(0f, static (sum, next) => sum + next);
        return new Answer([.. tokens], _rules.Score(total, logProbabilities.Count), reason, [.. logProbabilities], endToken);
    }

    private ReferenceRules.Continuation Choose(int[] source, List<int> tokens, IReadOnlyList<ReferenceRules.Continuation> next, int sample)
    {
        if (_case.Options.Sampling is not { } sampling)
        {
            return next.OrderByDescending(static continuation => continuation.Logit).ThenBy(static continuation => continuation.Token).First();
        }

        ulong random = Philox.Next((ulong)sampling.Seed!.Value, (ulong)tokens.Count, (ulong)sample);
        int token = ReferenceSampler.Draw(_rules.Next(source, [.. tokens]).Logits, sampling, random);
        return next.Single(continuation => continuation.Token == token);
    }
}
