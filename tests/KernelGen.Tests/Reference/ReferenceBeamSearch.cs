using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Tests.Reference;

/// <summary>
/// Beam search written as it is defined, without caches, batches or slots: every step scores every live hypothesis anew and ranks all continuations of all of
/// them. Sums have the bits that the runtime's have, so that even ties must be broken alike.
/// </summary>
internal sealed class ReferenceBeamSearch
{
    private readonly EncoderDecoder _model;
    private readonly ModelDescription _description;
    private readonly GenerationOptions _options;

    public ReferenceBeamSearch(EncoderDecoder model, ModelDescription description, GenerationOptions options)
    {
        _model = model;
        _description = description;
        _options = options;
    }

    /// <summary>The hypotheses that are asked for, the best first.</summary>
    public IReadOnlyList<Answer> Search(int[] source)
    {
        int size = _options.BeamSize;
        int maxLength = _options.MaxLength ?? _description.MaxTargetLength;
        List<(int[] Tokens, double Sum)> live = [([], 0)];
        List<Answer> finished = [];
        for (int length = 1; length <= maxLength && live.Count > 0; length++)
        {
            var ranked = live
                .SelectMany((hypothesis, parent) => Continuations(source, hypothesis.Tokens).Select(next =>
                    (Parent: parent, next.Token, next.Logit, Sum: hypothesis.Sum + next.LogProbability)))
                .OrderByDescending(static next => next.Sum)
                .ThenBy(static next => next.Parent)
                .ThenByDescending(static next => next.Logit)
                .ThenBy(static next => next.Token)
                .Take(2 * size)
                .ToList();
            finished.AddRange(ranked
                .Take(size)
                .Where(next => next.Token == _description.EndToken)
                .Select(next => new Answer(live[next.Parent].Tokens, Score(next.Sum, length), FinishReason.EndToken)));
            live = [.. ranked
                .Where(next => next.Token != _description.EndToken)
                .Take(size)
                .Select(next => ((int[])[.. live[next.Parent].Tokens, next.Token], next.Sum))];
            if (length == maxLength)
            {
                finished.AddRange(live.Select(hypothesis => new Answer(hypothesis.Tokens, Score(hypothesis.Sum, length), FinishReason.Length)));
            }

            finished = [.. finished.OrderByDescending(static answer => answer.Score).Take(size)];
            if (finished.Count == size && live.Count > 0 && Score(live[0].Sum, length) <= finished[^1].Score)
            {
                break;
            }
        }

        return [.. finished.Take(_options.HypothesisCount)];
    }

    /// <summary>The score of every target that can be generated, by trying all of them; the best first.</summary>
    public IReadOnlyList<Answer> TryAll(int[] source)
    {
        int maxLength = _options.MaxLength ?? _description.MaxTargetLength;
        List<Answer> all = [];
        void Extend(int[] tokens, double sum)
        {
            foreach ((int token, _, double logProbability) in Continuations(source, tokens))
            {
                double total = sum + logProbability;
                int length = tokens.Length + 1;
                if (token == _description.EndToken)
                {
                    all.Add(new Answer(tokens, Score(total, length), FinishReason.EndToken));
                }
                else if (length == maxLength)
                {
                    all.Add(new Answer([.. tokens, token], Score(total, length), FinishReason.Length));
                }
                else
                {
                    Extend([.. tokens, token], total);
                }
            }
        }

        Extend([], 0);
        return [.. all.OrderByDescending(static answer => answer.Score)];
    }

    private double Score(double sum, int tokens) => sum / (_options.LengthPenalty == 1 ? tokens : DeterministicMath.Exp(_options.LengthPenalty * DeterministicMath.Log(tokens)));

    /// <summary>Every token that may come next.</summary>
    private IEnumerable<(int Token, float Logit, double LogProbability)> Continuations(int[] source, int[] tokens)
    {
        int vocabulary = _description.TargetVocabularySize;
        float[] logits = _model.Logits(source, [_description.StartToken, .. tokens])[^vocabulary..];
        foreach (int suppressed in _description.SuppressedTokens)
        {
            logits[suppressed] = float.NegativeInfinity;
        }

        (float maximum, float sum) = ReferenceKernels.SumOfExponentials(logits);
        double logSum = maximum + DeterministicMath.Log(sum);
        return Enumerable.Range(0, vocabulary)
            .Where(token => logits[token] > float.NegativeInfinity)
            .Select(token => (token, logits[token], logits[token] - logSum));
    }

    /// <summary>A finished hypothesis: its tokens without the end token.</summary>
    internal sealed record Answer(int[] Tokens, double Score, FinishReason Reason);
}
