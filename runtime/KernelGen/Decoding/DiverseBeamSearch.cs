using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// Diverse beam search (Vijayakumar et al. 2016) as Hugging Face's Transformers had it from version 4.31 to 4.56 (<c>group_beam_search</c>): the groups of a
/// source go one after another, each a beam search of its own as it was before version 4.50, and shun the tokens that the groups before them have chosen in
/// the same step.
/// </summary>
internal sealed class DiverseBeamSearch : HuggingFaceBeamSearch
{
    private int[] _chosen = [];
    private int _chosenCount;
    private int _padToken;

    /// <inheritdoc/>
    public override void Begin(Engine engine, int sources, SearchSettings settings)
    {
        base.Begin(engine, sources, settings);
        _padToken = engine.Description.PadToken;
        ReusedArray.Take(ref _chosen, settings.BeamSize);
    }

    /// <inheritdoc/>
    protected override bool Advance(Engine engine, Workspace workspace, int source, int firstRow)
    {
        bool goesOn = false;
        _chosenCount = 0;
        for (int beam = source * Groups; beam < (source + 1) * Groups; beam++)
        {
            int live = LiveOf(beam).Length;
            if (live > 0)
            {
                goesOn |= AdvanceGroup(engine, workspace, beam, firstRow);
                firstRow += live;
            }
            else
            {
                // A group that is over goes on choosing the pad token.
                _chosen.AsSpan(_chosenCount, Width).Fill(_padToken);
                _chosenCount += Width;
            }
        }

        return goesOn;
    }

    /// <inheritdoc/>
    protected override void Diversify(Span<float> scores, int beam)
    {
        foreach (int token in _chosen.AsSpan(0, _chosenCount))
        {
            scores[token] -= (float)Settings.Options.DiversityPenalty;
        }
    }

    /// <summary>Takes one group a token further; whether its search goes on.</summary>
    private bool AdvanceGroup(Engine engine, Workspace workspace, int beam, int firstRow)
    {
        ReadOnlySpan<LiveHypothesis> candidates = Rank(engine, workspace, beam, firstRow);
        Span<LiveHypothesis> children = Children;
        int count = 0;
        for (int rank = 0; rank < candidates.Length && count < Width; rank++)
        {
            ref readonly LiveHypothesis candidate = ref candidates[rank];
            FinishReason? reason = Rules.IsEnd(candidate.Token) ? FinishReason.EndToken : Stops(beam, candidate) ? FinishReason.Stopped : null;
            if (reason is null)
            {
                SetLink(beam, count, candidate);
                children[count++] = candidate;
            }
            else if (rank < Width)
            {
                // Transformers put back the first of several end tokens, whichever came.
                FinishedHypothesis finished = Finished(candidate, reason.Value);
                FinishInGroup(beam, reason is FinishReason.EndToken ? finished with { LastToken = Rules.EndTokens[0] } : finished);
            }
        }

        children = children[..count];
        foreach (ref readonly LiveHypothesis child in children)
        {
            _chosen[_chosenCount++] = child.Token;
        }

        if (candidates.IsEmpty && FinishedOf(beam).IsEmpty)
        {
            FinishLive(beam);
        }

        bool isOver = count == 0 || IsSettled(beam, candidates[0].LogProbability);
        if (!isOver && Length == MaxLengthOf(beam / Groups))
        {
            foreach (ref readonly LiveHypothesis child in children)
            {
                FinishInGroup(beam, Finished(child, FinishReason.Length));
            }

            isOver = true;
        }

        if (isOver)
        {
            End(beam);
            return false;
        }

        GoOn(beam, children);
        return true;
    }

    /// <summary>Keeps a finished hypothesis that is better than the worst of a full list; of equal ones the later stands first.</summary>
    private void FinishInGroup(int beam, in FinishedHypothesis hypothesis)
    {
        ReadOnlySpan<FinishedHypothesis> finished = FinishedOf(beam);
        if (finished.Length == Width && !(hypothesis.Score > finished[^1].Score))
        {
            return;
        }

        int place = finished.Length;
        while (place > 0 && finished[place - 1].Score <= hypothesis.Score)
        {
            place--;
        }

        InsertFinished(beam, place, hypothesis);
    }
}
