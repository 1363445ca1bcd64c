using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>Beam search as <see cref="SearchDefinition.KernelGen"/> defines it.</summary>
internal class KernelGenBeamSearch : BeamSearch
{
    /// <inheritdoc/>
    protected sealed override bool Advance(Engine engine, Workspace workspace, int source, int firstRow)
    {
        // A source has one beam, so that it has the number of its source.
        ReadOnlySpan<LiveHypothesis> candidates = Rank(engine, workspace, source, firstRow);
        Span<LiveHypothesis> children = Children;
        int count = 0, taken = 0;
        for (int rank = 0; rank < candidates.Length && count + taken < Width; rank++)
        {
            ref readonly LiveHypothesis candidate = ref candidates[rank];
            FinishReason? reason = Rules.IsEnd(candidate.Token) ? FinishReason.EndToken : Stops(source, candidate) ? FinishReason.Stopped : null;
            if (reason is null)
            {
                SetLink(source, count, candidate);
                children[count++] = candidate;
            }
            else if (FinishRanked(source, rank, candidate, reason.Value))
            {
                taken++;
            }
        }

        children = children[..count];
        if (count == 0 && FinishedOf(source).IsEmpty)
        {
            throw NonFiniteLogits.At(IndexOf(source), Length - 1);
        }

        if (count == 0 || HasEnough(source, children[0]))
        {
            return false;
        }

        if (Length == MaxLengthOf(source))
        {
            FinishLongest(source, children);
            return false;
        }

        GoOn(source, children);
        return true;
    }

    /// <summary>Finishes a continuation that has ended, where it is one of those that count.</summary>
    /// <param name="source">The source.</param>
    /// <param name="rank">How many continuations are better.</param>
    /// <param name="candidate">The continuation.</param>
    /// <param name="reason">Why it has ended.</param>
    /// <returns>Whether it takes the place of a live hypothesis.</returns>
    protected virtual bool FinishRanked(int source, int rank, in LiveHypothesis candidate, FinishReason reason)
    {
        bool isStopped = reason == FinishReason.Stopped;
        if (isStopped || rank < Width)
        {
            Finish(source, Finished(candidate, reason));
        }

        return isStopped;
    }

    /// <summary>Whether the search is over: so many hypotheses are finished, and no live one can become better.</summary>
    /// <param name="source">The source.</param>
    /// <param name="best">The best live one.</param>
    protected virtual bool HasEnough(int source, in LiveHypothesis best) =>
        FinishedOf(source).Length == Width && !(best.LogProbability / Settings.Normalizer(Length) > FinishedOf(source)[^1].Score);

    /// <summary>Finishes the live hypotheses, which are as long as they may be.</summary>
    /// <param name="source">The source.</param>
    /// <param name="children">The hypotheses, the best first.</param>
    protected virtual void FinishLongest(int source, ReadOnlySpan<LiveHypothesis> children)
    {
        foreach (ref readonly LiveHypothesis child in children)
        {
            Finish(source, Finished(child, FinishReason.Length));
        }
    }

    /// <inheritdoc/>
    protected override RowScores Weigh(Engine engine, Workspace workspace, int row, int beam, int parent)
    {
        int? forced = Rules.ForcedToken(Length - 1);
        bool rulesApply = Rules.ApplyAt(Length - 1);
        if (forced is { } token)
        {
            engine.SuppressUnless(workspace, row, token);
            Best[0] = token;
        }
        else
        {
            engine.Suppress(workspace, row);
            if (rulesApply)
            {
                Rules.Apply(engine.Logits(workspace, row), TargetOf(beam, parent), beam, IndexOf(beam));
            }
        }

        (float maximum, float sum) = engine.SumOfExponentials(workspace, row);
        if (forced is null && rulesApply && float.IsNegativeInfinity(maximum))
        {
            Finish(beam, Finished(beam, parent));
            return default;
        }

        if (float.IsNaN(sum))
        {
            throw NonFiniteLogits.At(IndexOf(beam), Length - 1);
        }

        return new RowScores(maximum, DeterministicMath.Log(sum), forced is null ? engine.TopK(workspace, row, Best) : 1);
    }
}
