using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>Beam search as <see cref="SearchDefinition.KernelGen"/> defines it.</summary>
internal class KernelGenBeamSearch : BeamSearch
{
    /// <inheritdoc/>
    protected override bool Advance(Engine engine, Workspace workspace, int source, int firstRow)
    {
        // A source has one beam, so that it has the number of its source.
        ReadOnlySpan<LiveHypothesis> candidates = Rank(engine, workspace, source, firstRow);
        Span<LiveHypothesis> children = Children;
        int count = 0, stopped = 0;
        for (int rank = 0; rank < candidates.Length && count + stopped < Width; rank++)
        {
            ref readonly LiveHypothesis candidate = ref candidates[rank];
            if (Rules.IsEnd(candidate.Token))
            {
                if (rank < Width)
                {
                    Finish(source, Finished(candidate, FinishReason.EndToken));
                }
            }
            else if (Stops(source, candidate))
            {
                stopped++;
                Finish(source, Finished(candidate, FinishReason.Stopped));
            }
            else
            {
                SetLink(source, count, candidate);
                children[count++] = candidate;
            }
        }

        children = children[..count];
        int finished = FinishedOf(source).Length;
        if (count == 0 && finished == 0)
        {
            throw NonFiniteLogits.At(IndexOf(source), Length - 1);
        }

        if (Length == MaxLengthOf(source))
        {
            foreach (ref readonly LiveHypothesis child in children)
            {
                Finish(source, Finished(child, FinishReason.Length));
            }

            return false;
        }

        if (count == 0 || (finished == Width && !(children[0].LogProbability / Settings.Normalizer(Length) > FinishedOf(source)[^1].Score)))
        {
            return false;
        }

        GoOn(source, children);
        return true;
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
