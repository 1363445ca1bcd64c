using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>
/// Beam search as OpenAI's Whisper defines it (<c>BeamSearchDecoder</c> and <c>MaximumLikelihoodRanker</c> in <c>whisper/decoding.py</c>): see
/// <see cref="SearchDefinition.OpenAI"/>.
/// </summary>
internal sealed class OpenAIBeamSearch : KernelGenBeamSearch
{
    private int[] _found = [];
    private int _wanted;

    /// <inheritdoc/>
    public override void Begin(Engine engine, int sources, SearchSettings settings)
    {
        base.Begin(engine, sources, settings);
        _wanted = (int)Math.Round(settings.BeamSize * settings.Options.Patience);
        ReusedArray.Take(ref _found, sources);
    }

    /// <inheritdoc/>
    protected override bool Advance(Engine engine, Workspace workspace, int source, int firstRow)
    {
        if (Length == 1)
        {
            _found[source] = 0;
        }

        // A source has one beam, so that it has the number of its source.
        ReadOnlySpan<LiveHypothesis> candidates = Rank(engine, workspace, source, firstRow);
        Span<LiveHypothesis> children = Children;
        int count = 0;
        for (int rank = 0; rank < candidates.Length && count < Width; rank++)
        {
            ref readonly LiveHypothesis candidate = ref candidates[rank];
            FinishReason? reason = Rules.IsEnd(candidate.Token) ? FinishReason.EndToken : Stops(source, candidate) ? FinishReason.Stopped : null;
            if (reason is null)
            {
                SetLink(source, count, candidate);
                children[count++] = candidate;
            }
            else if (_found[source] < _wanted)
            {
                _found[source]++;
                Finish(source, Scored(candidate, reason.Value));
            }
        }

        children = children[..count];
        if (count == 0 && FinishedOf(source).IsEmpty)
        {
            throw NonFiniteLogits.At(IndexOf(source), Length - 1);
        }

        if (_found[source] >= _wanted || count == 0)
        {
            return false;
        }

        if (Length == MaxLengthOf(source))
        {
            // The best live ones, as many as are needed for a beam.
            foreach (ref readonly LiveHypothesis child in children)
            {
                if (_found[source]++ < Width)
                {
                    Finish(source, Scored(child, FinishReason.Length));
                }
            }

            return false;
        }

        GoOn(source, children);
        return true;
    }

    private FinishedHypothesis Scored(in LiveHypothesis candidate, FinishReason reason)
    {
        int tokens = reason == FinishReason.EndToken ? Length - 1 : Length;
        double normalizer = Settings.LengthPenalty == 1 ? Math.Max(tokens, 1) : DeterministicMath.Exp(Settings.LengthPenalty * DeterministicMath.Log((5 + tokens) / 6.0));
        return new FinishedHypothesis(candidate.LogProbability / normalizer, Length - 1, candidate.Parent, reason, candidate.Token, candidate.TokenLogProbability);
    }
}
