using KernelGen.Execution;

namespace KernelGen.Tests.Reference;

/// <summary>
/// Beam search written as it is defined, without caches, batches or slots: every step scores every live hypothesis anew and ranks all continuations of all of
/// them. Sums have the bits that the runtime's have, so that even ties must be broken alike.
/// </summary>
internal sealed class ReferenceBeamSearch
{
    private readonly GenerationOptions _options;
    private readonly ReferenceRules _rules;

    public ReferenceBeamSearch(EncoderDecoder model, ModelDescription description, GenerationOptions options)
        : this(model, description, new RuleCase(options))
    {
    }

    public ReferenceBeamSearch(EncoderDecoder model, ModelDescription description, RuleCase ruleCase)
    {
        _options = ruleCase.Options;
        _rules = new ReferenceRules(model, description, ruleCase);
    }

    /// <summary>The hypotheses that are asked for, the best first.</summary>
    public IReadOnlyList<Answer> Search(int[] source)
    {
        int size = _options.BeamSize;
        int maxLength = _rules.MaxLength;
        List<Hypothesis> live = [new([], 0, [])];
        List<Answer> finished = [];
        for (int length = 1; length <= maxLength && live.Count > 0; length++)
        {
            IReadOnlyList<ReferenceRules.Continuation>[] continuations = [.. live.Select(hypothesis => _rules.Continuations(source, hypothesis.Tokens))];
            finished.AddRange(live.Where((_, parent) => continuations[parent].Count == 0).Select(hypothesis => Finished(hypothesis, FinishReason.NothingAllowed)));
            var ranked = live
                .SelectMany((hypothesis, parent) => continuations[parent].Select(next => (Parent: parent, Next: next, Sum: hypothesis.Sum + next.LogProbability)))
                .OrderByDescending(static next => next.Sum)
                .ThenBy(static next => next.Parent)
                .ThenByDescending(static next => next.Next.Logit)
                .ThenBy(static next => next.Next.Token)
                .Take((1 + _rules.EndTokens.Length) * size)
                .ToList();
            List<Hypothesis> going = [];
            int places = 0;
            for (int rank = 0; rank < ranked.Count && places < size; rank++)
            {
                (int parent, ReferenceRules.Continuation next, double sum) = ranked[rank];
                float[] logProbabilities = [.. live[parent].LogProbabilities, next.TokenLogProbability];
                if (!_rules.EndTokens.Contains(next.Token))
                {
                    places++;
                    var child = new Hypothesis([.. live[parent].Tokens, next.Token], sum, logProbabilities);
                    if (_rules.Stops(child.Tokens))
                    {
                        finished.Add(Finished(child, FinishReason.Stopped));
                    }
                    else
                    {
                        going.Add(child);
                    }
                }
                else if (rank < size)
                {
                    finished.Add(new Answer(live[parent].Tokens, _rules.Score(sum, length), FinishReason.EndToken, logProbabilities, next.Token));
                }
            }

            live = going;
            if (length == maxLength)
            {
                finished.AddRange(live.Select(hypothesis => Finished(hypothesis, FinishReason.Length)));
            }

            finished = [.. finished.OrderByDescending(static answer => answer.Score).Take(size)];
            if (finished.Count == size && live.Count > 0 && _rules.Score(live[0].Sum, length) <= finished[^1].Score)
            {
                break;
            }
        }

        return [.. finished.Take(_options.HypothesisCount)];
    }

    /// <summary>The score of every target that can be generated, by trying all of them; the best first.</summary>
    public IReadOnlyList<Answer> TryAll(int[] source)
    {
        List<Answer> all = [];
        void Extend(Hypothesis hypothesis)
        {
            foreach (ReferenceRules.Continuation next in _rules.Continuations(source, hypothesis.Tokens))
            {
                double sum = hypothesis.Sum + next.LogProbability;
                float[] logProbabilities = [.. hypothesis.LogProbabilities, next.TokenLogProbability];
                int length = logProbabilities.Length;
                if (_rules.EndTokens.Contains(next.Token))
                {
                    all.Add(new Answer(hypothesis.Tokens, _rules.Score(sum, length), FinishReason.EndToken, logProbabilities, next.Token));
                    continue;
                }

                var child = new Hypothesis([.. hypothesis.Tokens, next.Token], sum, logProbabilities);
                if (length == _rules.MaxLength)
                {
                    all.Add(Finished(child, FinishReason.Length));
                }
                else
                {
                    Extend(child);
                }
            }
        }

        Extend(new Hypothesis([], 0, []));
        return [.. all.OrderByDescending(static answer => answer.Score)];
    }

    private Answer Finished(Hypothesis hypothesis, FinishReason reason) =>
        new(hypothesis.Tokens, _rules.Score(hypothesis.Sum, hypothesis.Tokens.Length), reason, hypothesis.LogProbabilities);

    /// <summary>A live hypothesis, with the sum of its log-probabilities.</summary>
    private sealed record Hypothesis(int[] Tokens, double Sum, float[] LogProbabilities);
}
