using System.Runtime.InteropServices;
using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// What every definition of beam search has in common, for all encoded sources of a workspace together: one decoding step takes the live hypotheses of all of
/// them. A source whose search has stopped leaves at once, and another may begin in its place. Belongs to a workspace, whose calls reuse its arrays.
/// </summary>
/// <remarks>
/// A source has one beam, or, in diverse beam search, one for each group: a list of live hypotheses and a list of the best finished ones. All of a
/// source share its caches (<see cref="TokenPlaces"/>). Which tokens a hypothesis is made of stands in links from each step to the one before.
/// </remarks>
internal abstract class BeamSearch : ISearch
{
    /// <summary>The widest beam: its double is the most that <see cref="TopK"/> finds.</summary>
    public const int MaxSize = TopK.MaxCount / 2;

    /// <summary>
    /// The most end tokens. Of one row no more than the beam's width and all end tokens can matter, and <see cref="TopK"/> finds so many. (Where a caller stops
    /// hypotheses, all candidates of a step can; options are refused that have more than it finds.)
    /// </summary>
    public const int MaxEndTokens = TopK.MaxCount - MaxSize;

    private LiveHypothesis[] _live = [];
    private int[] _liveCounts = [];
    private FinishedHypothesis[] _finished = [];
    private int[] _finishedCounts = [];
    private Link[] _links = [];
    private int[] _active = [];
    private int[] _completed = [];
    private int[] _lengths = [];
    private int[] _rowTokens = [];
    private int[] _counts = [];
    private int[] _parents = [];
    private int[] _firstOfBeam = [];
    private readonly TokenPlaces _places = new();
    private readonly SourceCandidates _allowed = new();
    private LiveHypothesis[] _candidates = [];
    private int[] _best = [];
    private int[] _target = [];
    private int[] _indices = [];
    private int[] _starts = [];
    private int[] _limits = [];
    private int _activeCount;
    private int _completedCount;
    private int _ranked;

    /// <inheritdoc/>
    public bool IsDone => _activeCount == 0;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Completed => _completed.AsSpan(0, _completedCount);

    /// <summary>The options of the call.</summary>
    protected SearchSettings Settings { get; private set; }

    /// <summary>The rules of the call.</summary>
    protected LogitRules Rules { get; } = new();

    /// <summary>How many beams a source has.</summary>
    protected int Groups { get; private set; }

    /// <summary>How many hypotheses are live in a beam, and how many finished ones are kept.</summary>
    protected int Width { get; private set; }

    /// <summary>The tokens of each live hypothesis of the source that is being taken further, the one that is found now included.</summary>
    protected int Length { get; private set; }

    /// <summary>Room for the best tokens of a row.</summary>
    protected Span<int> Best => _best.AsSpan(0, Math.Min(_ranked, TopK.MaxCount));

    /// <inheritdoc/>
    public GenerationResult Result(int source)
    {
        int found = 0;
        for (int beam = source * Groups; beam < (source + 1) * Groups; beam++)
        {
            found += _finishedCounts[beam];
        }

        var hypotheses = new Hypothesis[Math.Min(Settings.HypothesisCount, found)];
        Span<int> taken = stackalloc int[Groups];
        taken.Clear();
        for (int i = 0; i < hypotheses.Length; i++)
        {
            // The best of what the groups found, and of equal ones that of the last group.
            int best = -1;
            for (int group = 0; group < Groups; group++)
            {
                ReadOnlySpan<FinishedHypothesis> finished = FinishedOf((source * Groups) + group);
                if (taken[group] < finished.Length
                    && (best < 0 || !(finished[taken[group]].Score < FinishedOf((source * Groups) + best)[taken[best]].Score)))
                {
                    best = group;
                }
            }

            int beam = (source * Groups) + best;
            hypotheses[i] = ResultOf(beam, FinishedOf(beam)[taken[best]++]);
        }

        return new GenerationResult(ImmutableCollectionsMarshal.AsImmutableArray(hypotheses));
    }

    /// <inheritdoc/>
    public virtual void Begin(Engine engine, int sources, SearchSettings settings)
    {
        Settings = settings;
        Rules.Begin(engine.Description, settings, sources);
        Groups = settings.Options.BeamGroups;
        Width = settings.BeamSize / Groups;
        _ranked = (1 + Rules.EndTokens.Length) * Width;
        _activeCount = 0;
        _completedCount = 0;
        ReusedArray.Take(ref _active, sources);
        ReusedArray.Take(ref _completed, sources);
        ReusedArray.Take(ref _lengths, sources);
        ReusedArray.Take(ref _indices, sources);
        ReusedArray.Take(ref _starts, sources);
        ReusedArray.Take(ref _limits, sources);
        ReusedArray.Take(ref _live, sources * settings.BeamSize);
        ReusedArray.Take(ref _liveCounts, sources * Groups);
        ReusedArray.Take(ref _finished, sources * settings.BeamSize);
        ReusedArray.Take(ref _finishedCounts, sources * Groups);
        ReusedArray.Take(ref _links, sources * settings.MaxLength * settings.BeamSize);
        ReusedArray.Take(ref _rowTokens, sources * settings.BeamSize);
        ReusedArray.Take(ref _counts, sources);
        ReusedArray.Take(ref _parents, settings.BeamSize);
        ReusedArray.Take(ref _firstOfBeam, sources * Groups);
        _allowed.Begin(in settings, sources);
        _places.Begin(sources, settings.BeamSize, engine.Description.MaxTargetLength);
        ReusedArray.Take(ref _candidates, _ranked + Width);
        ReusedArray.Take(ref _best, _ranked);
        ReusedArray.Take(ref _target, settings.MaxLength + 1);
    }

    /// <inheritdoc/>
    public virtual void Start(Engine engine, int source, int index, ReadOnlySpan<int> tokens, in SearchSettings settings)
    {
        _active[_activeCount++] = source;
        _lengths[source] = 0;
        _indices[source] = index;
        _starts[source] = settings.StartToken;
        _limits[source] = settings.MaxLength;
        Rules.Start(source, tokens);
        _allowed.Start(engine, source, tokens, Rules.EndTokens);
        for (int beam = source * Groups; beam < (source + 1) * Groups; beam++)
        {
            _live[beam * Width] = new LiveHypothesis { Token = settings.StartToken };
            _liveCounts[beam] = 1;
            _finishedCounts[beam] = 0;
            _firstOfBeam[beam] = 0;
        }

        _places.Start(source, settings.TokensBefore.Length);
    }

    /// <inheritdoc/>
    public void Step(Engine engine, Workspace workspace)
    {
        int rows = 0;
        int active = _activeCount;
        for (int i = 0; i < active; i++)
        {
            int source = _active[i];
            int count = 0;
            for (int beam = source * Groups; beam < (source + 1) * Groups; beam++)
            {
                int firstBefore = _firstOfBeam[beam];
                _firstOfBeam[beam] = count;
                foreach (ref readonly LiveHypothesis hypothesis in LiveOf(beam))
                {
                    _rowTokens[rows++] = hypothesis.Token;
                    _parents[count++] = firstBefore + hypothesis.Parent;
                }
            }

            _counts[i] = count;
            _places.Advance(source, _parents.AsSpan(0, count));
        }

        engine.DecodeHypotheses(workspace, _rowTokens.AsSpan(0, rows), _active.AsSpan(0, active), _counts.AsSpan(0, active), _places);
        Project(engine, workspace, active, rows);
        int firstRow = 0;
        _activeCount = 0;
        _completedCount = 0;
        for (int i = 0; i < active; i++)
        {
            int source = _active[i];
            int nextRow = firstRow;
            for (int beam = source * Groups; beam < (source + 1) * Groups; beam++)
            {
                nextRow += _liveCounts[beam];
            }

            Length = ++_lengths[source];
            if (Advance(engine, workspace, source, firstRow))
            {
                _active[_activeCount++] = source;
            }
            else
            {
                _completed[_completedCount++] = source;
            }

            firstRow = nextRow;
        }
    }

    /// <summary>Projects the rows of a step to logits.</summary>
    private void Project(Engine engine, Workspace workspace, int active, int rows)
    {
        if (!_allowed.AreGiven)
        {
            engine.Project(workspace, 0, rows);
            return;
        }

        int firstRow = 0;
        for (int i = 0; i < active; i++)
        {
            _allowed.Project(engine, workspace, _active[i], firstRow, _counts[i]);
            firstRow += _counts[i];
        }
    }

    /// <summary>Takes one source a token further; whether its search goes on.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="source">The place of the source.</param>
    /// <param name="firstRow">The row of logits of its first live hypothesis.</param>
    protected abstract bool Advance(Engine engine, Workspace workspace, int source, int firstRow);

    /// <summary>Says what the tokens after a live hypothesis score: rules have been applied, and the best stand in <see cref="Best"/>.</summary>
    /// <param name="engine">Runs the model.</param>
    /// <param name="workspace">The memory of the call.</param>
    /// <param name="row">The row of its logits, which become scores.</param>
    /// <param name="beam">The beam.</param>
    /// <param name="parent">Its rank among the live ones.</param>
    protected abstract RowScores Weigh(Engine engine, Workspace workspace, int row, int beam, int parent);

    /// <summary>
    /// The best <c>(1 + end tokens) · width</c> continuations of a beam's live hypotheses by their sums. No hypothesis has more than so many among them, so each row's
    /// best tokens suffice; they come in the order that ties ask for.
    /// </summary>
    protected ReadOnlySpan<LiveHypothesis> Rank(Engine engine, Workspace workspace, int beam, int firstRow)
    {
        Span<LiveHypothesis> candidates = _candidates.AsSpan(0, _ranked);
        int count = 0;
        ReadOnlySpan<LiveHypothesis> live = LiveOf(beam);
        for (int parent = 0; parent < live.Length; parent++)
        {
            int row = firstRow + parent;
            RowScores scores = Weigh(engine, workspace, row, beam, parent);
            ReadOnlySpan<float> logits = engine.Logits(workspace, row);
            foreach (int token in Best[..scores.Found])
            {
                double tokenLogProbability = LogSoftmax.Precisely(logits[token], scores.Maximum, scores.LogSum);
                double logProbability = live[parent].LogProbability + tokenLogProbability;
                int place = count;
                while (place > 0 && candidates[place - 1].LogProbability < logProbability)
                {
                    place--;
                }

                if (place == candidates.Length)
                {
                    break;
                }

                count = Math.Min(count + 1, candidates.Length);
                candidates[place..(count - 1)].CopyTo(candidates[(place + 1)..]);
                candidates[place] = new LiveHypothesis
                {
                    LogProbability = logProbability,
                    TokenLogProbability = (float)tokenLogProbability,
                    Token = token,
                    Parent = parent,
                };
            }
        }

        return candidates[..count];
    }

    /// <summary>Room for the children of a beam, the live hypotheses of the next step, beside what <see cref="Rank"/> found.</summary>
    protected Span<LiveHypothesis> Children => _candidates.AsSpan(_ranked, Width);

    /// <summary>Notes a continuation's last token as the one of a rank in this step.</summary>
    protected void SetLink(int beam, int rank, in LiveHypothesis candidate) =>
        _links[LinkIndex(beam, Length - 1, rank)] = new Link(candidate.Token, candidate.Parent, candidate.TokenLogProbability);

    /// <summary>A hypothesis that is finished with the last token of a candidate.</summary>
    protected FinishedHypothesis Finished(in LiveHypothesis candidate, FinishReason reason) => new(
        candidate.LogProbability / Settings.Normalizer(Length), Length - 1, candidate.Parent, reason, candidate.Token, candidate.TokenLogProbability);

    /// <summary>A live hypothesis that is finished as it stood before this step: rules leave no token that may follow.</summary>
    protected FinishedHypothesis Finished(int beam, int rank) =>
        new(LiveOf(beam)[rank].LogProbability / Settings.Normalizer(Length - 1), Length - 1, rank, FinishReason.NothingAllowed);

    /// <summary>Whether the caller stops a hypothesis after its last token.</summary>
    protected bool Stops(int beam, in LiveHypothesis candidate)
    {
        if (!Rules.MayStop)
        {
            return false;
        }

        int tokens = TargetOf(beam, candidate.Parent).Length;
        _target[tokens] = candidate.Token;
        return Rules.Stops(_target.AsSpan(0, tokens + 1), IndexOf(beam));
    }

    /// <summary>The start token and the tokens of a hypothesis that was live before this step. Valid until it is asked for the next.</summary>
    protected ReadOnlySpan<int> TargetOf(int beam, int rank)
    {
        Span<int> target = _target.AsSpan(0, Length);
        target[0] = _starts[beam / Groups];
        for (int position = Length - 2; position >= 0; position--)
        {
            Link link = _links[LinkIndex(beam, position, rank)];
            target[position + 1] = link.Token;
            rank = link.Parent;
        }

        return target;
    }

    /// <summary>Keeps a finished hypothesis if it is among the best; of equal ones the earlier is kept and stands first.</summary>
    protected void Finish(int beam, in FinishedHypothesis hypothesis)
    {
        ReadOnlySpan<FinishedHypothesis> finished = FinishedOf(beam);
        int place = finished.Length;
        while (place > 0 && finished[place - 1].Score < hypothesis.Score)
        {
            place--;
        }

        if (place < Width)
        {
            InsertFinished(beam, place, hypothesis);
        }
    }

    /// <summary>Puts a finished hypothesis at a place of its list; the last of a full list leaves it.</summary>
    protected void InsertFinished(int beam, int place, in FinishedHypothesis hypothesis)
    {
        Span<FinishedHypothesis> finished = _finished.AsSpan(beam * Width, Width);
        ref int count = ref _finishedCounts[beam];
        count = Math.Min(count + 1, Width);
        finished[place..(count - 1)].CopyTo(finished[(place + 1)..]);
        finished[place] = hypothesis;
    }

    /// <summary>Makes children the live hypotheses of a beam.</summary>
    protected void GoOn(int beam, ReadOnlySpan<LiveHypothesis> children)
    {
        children.CopyTo(_live.AsSpan(beam * Width));
        _liveCounts[beam] = children.Length;
    }

    /// <summary>Follows a beam no further.</summary>
    protected void End(int beam) => _liveCounts[beam] = 0;

    /// <summary>The live hypotheses of a beam.</summary>
    protected ReadOnlySpan<LiveHypothesis> LiveOf(int beam) => _live.AsSpan(beam * Width, _liveCounts[beam]);

    /// <summary>The finished hypotheses of a beam, the best first.</summary>
    protected ReadOnlySpan<FinishedHypothesis> FinishedOf(int beam) => _finished.AsSpan(beam * Width, _finishedCounts[beam]);

    /// <summary>The most tokens of the targets of a source, the end token included.</summary>
    protected int MaxLengthOf(int source) => _limits[source];

    /// <summary>What callbacks call the source of a beam.</summary>
    protected int IndexOf(int beam) => _indices[beam / Groups];

    private Hypothesis ResultOf(int beam, in FinishedHypothesis finished)
    {
        bool hasLast = finished.Reason != FinishReason.NothingAllowed;
        bool hasEnded = finished.Reason == FinishReason.EndToken;
        int[] tokens = new int[finished.Length + (hasLast && !hasEnded ? 1 : 0)];
        float[]? logProbabilities = Settings.Options.ReturnTokenLogProbabilities ? new float[finished.Length + (hasLast ? 1 : 0)] : null;
        if (hasLast)
        {
            logProbabilities?[^1] = finished.LastLogProbability;
        }

        if (tokens.Length > finished.Length)
        {
            tokens[^1] = finished.LastToken;
        }

        int rank = finished.Rank;
        for (int position = finished.Length - 1; position >= 0; position--)
        {
            Link link = _links[LinkIndex(beam, position, rank)];
            tokens[position] = link.Token;
            logProbabilities?[position] = link.TokenLogProbability;
            rank = link.Parent;
        }

        return new Hypothesis(tokens, (float)finished.Score, finished.Reason, logProbabilities, hasEnded ? finished.LastToken : null);
    }

    private int LinkIndex(int beam, int position, int rank) => (((beam * Settings.MaxLength) + position) * Width) + rank;

    /// <summary>The last token of a hypothesis, what it added, and the rank of what it continues.</summary>
    private readonly struct Link(int token, int parent, float tokenLogProbability)
    {
        public readonly int Token = token;
        public readonly int Parent = parent;
        public readonly float TokenLogProbability = tokenLogProbability;
    }
}
