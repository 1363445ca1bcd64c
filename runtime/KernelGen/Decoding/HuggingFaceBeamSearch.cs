using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>
/// Beam search as Hugging Face's Transformers define it since version 4.50 (<c>GenerationMixin._beam_search</c>): see
/// <see cref="SearchDefinition.HuggingFace"/>.
/// </summary>
internal class HuggingFaceBeamSearch : BeamSearch
{
    /// <inheritdoc/>
    protected override bool Advance(Engine engine, Workspace workspace, int source, int firstRow)
    {
        // A source has one beam, so that it has the number of its source.
        ReadOnlySpan<LiveHypothesis> candidates = Rank(engine, workspace, source, firstRow);
        Span<LiveHypothesis> children = Children;
        int count = 0;
        bool isLast = Length == MaxLengthOf(source);
        for (int rank = 0; rank < candidates.Length && count < Width; rank++)
        {
            ref readonly LiveHypothesis candidate = ref candidates[rank];
            FinishReason? reason = Rules.IsEnd(candidate.Token) ? FinishReason.EndToken
                : isLast ? FinishReason.Length
                : Stops(source, candidate) ? FinishReason.Stopped
                : null;
            if (reason is null)
            {
                SetLink(source, count, candidate);
                children[count++] = candidate;
            }
            else if (rank < Width)
            {
                Finish(source, Finished(candidate, reason.Value));
            }
        }

        if (count == 0 && FinishedOf(source).IsEmpty)
        {
            FinishLive(source);
        }

        if (count == 0 || IsSettled(source, children[0].LogProbability))
        {
            return false;
        }

        GoOn(source, children[..count]);
        return true;
    }

    /// <inheritdoc/>
    protected override RowScores Weigh(Engine engine, Workspace workspace, int row, int beam, int parent)
    {
        (float maximum, float sum) = engine.SumOfExponentials(workspace, row);
        if (float.IsNaN(sum))
        {
            throw NonFiniteLogits.At(IndexOf(beam), Length - 1);
        }

        double logSum = DeterministicMath.Log(sum);
        int position = Length - 1;
        Span<float> scores = engine.Logits(workspace, row);
        if (Rules.ChangeAt(position))
        {
            LogSoftmax.Apply(scores, maximum, (float)logSum);
            (maximum, logSum) = (0, 0);
        }

        Diversify(scores, beam);
        engine.Suppress(workspace, row);
        if (Rules.ApplyAt(position))
        {
            Rules.Apply(scores, TargetOf(beam, parent), beam / Groups, IndexOf(beam));
        }

        if (Settings.Options.RenormalizeLogits)
        {
            (maximum, sum) = engine.SumOfExponentials(workspace, row);
            logSum = DeterministicMath.Log(sum);
        }

        return new RowScores(maximum, logSum, engine.TopK(workspace, row, Best));
    }

    /// <summary>Makes tokens that other groups have chosen less probable.</summary>
    protected virtual void Diversify(Span<float> scores, int beam)
    {
    }

    /// <summary>Whether a beam has as many finished hypotheses as it keeps, and is taken to find no better ones.</summary>
    /// <param name="beam">The beam.</param>
    /// <param name="bestSum">The highest sum of those that could become better.</param>
    protected bool IsSettled(int beam, double bestSum)
    {
        ReadOnlySpan<FinishedHypothesis> finished = FinishedOf(beam);
        if (finished.Length < Width)
        {
            return false;
        }

        bool looksAhead = Settings.Options.EarlyStopping == EarlyStopping.Never && Settings.LengthPenalty > 0;
        return Settings.Options.EarlyStopping == EarlyStopping.WhenFull
            || !(bestSum / Settings.Normalizer(looksAhead ? MaxLengthOf(beam / Groups) : Length) > finished[^1].Score);
    }

    /// <summary>Finishes the live hypotheses of a beam as they stand: rules leave no token for any of them.</summary>
    protected void FinishLive(int beam)
    {
        int live = LiveOf(beam).Length;
        for (int rank = 0; rank < live; rank++)
        {
            Finish(beam, Finished(beam, rank));
        }
    }
}
