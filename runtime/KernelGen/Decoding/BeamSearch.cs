using System.Numerics;
using System.Runtime.InteropServices;
using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>
/// Beam search as <see cref="GenerationOptions.BeamSize"/> defines it, for all encoded sources of a workspace together: one decoding step takes the live
/// hypotheses of all of them. A source whose search has stopped leaves at once, and another may begin in its place. Belongs to a workspace, whose calls
/// reuse its arrays.
/// </summary>
/// <remarks>
/// Hypothesis in slot j of source i is the workspace's sequence <c>j · sources + i</c>. The first child of a hypothesis goes on in its slot and so in its
/// cache; further children get copies. Which tokens a hypothesis is made of stands in links from each step to the one before.
/// </remarks>
internal sealed class BeamSearch : ISearch
{
    /// <summary>The widest beam: its double is the most that <see cref="TopK"/> finds.</summary>
    public const int MaxSize = TopK.MaxCount / 2;

    private readonly LogitRules _rules = new();
    private LiveHypothesis[] _live = [];
    private int[] _liveCounts = [];
    private FinishedHypothesis[] _finished = [];
    private int[] _finishedCounts = [];
    private Link[] _links = [];
    private int[] _active = [];
    private int[] _completed = [];
    private int[] _lengths = [];
    private int[] _rowTokens = [];
    private int[] _rowSequences = [];
    private LiveHypothesis[] _candidates = [];
    private int[] _best = [];
    private int[] _target = [];
    private int[] _indices = [];
    private int _sources;
    private int _activeCount;
    private int _completedCount;

    /// <summary>The tokens of each live hypothesis of the source that is being taken further, the one that is found now included.</summary>
    private int _length;

    private SearchSettings _settings;

    private int Size => _settings.BeamSize;

    /// <inheritdoc/>
    public bool IsDone => _activeCount == 0;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Completed => _completed.AsSpan(0, _completedCount);

    /// <inheritdoc/>
    public GenerationResult Result(int source)
    {
        var hypotheses = new Hypothesis[Math.Min(_settings.HypothesisCount, _finishedCounts[source])];
        for (int i = 0; i < hypotheses.Length; i++)
        {
            FinishedHypothesis finished = _finished[(source * Size) + i];
            bool hasEndToken = finished.Reason == FinishReason.EndToken;
            int[] tokens = new int[finished.Length];
            float[]? logProbabilities = _settings.Options.ReturnTokenLogProbabilities ? new float[finished.Length + (hasEndToken ? 1 : 0)] : null;
            int rank = finished.Rank;
            for (int position = tokens.Length - 1; position >= 0; position--)
            {
                Link link = _links[LinkIndex(source, position, rank)];
                tokens[position] = link.Token;
                logProbabilities?[position] = link.TokenLogProbability;
                rank = link.Parent;
            }

            if (hasEndToken)
            {
                logProbabilities?[^1] = finished.EndLogProbability;
            }

            hypotheses[i] = new Hypothesis(tokens, (float)finished.Score, finished.Reason, logProbabilities);
        }

        return new GenerationResult(ImmutableCollectionsMarshal.AsImmutableArray(hypotheses));
    }

    /// <inheritdoc/>
    public void Begin(Engine engine, int sources, SearchSettings settings)
    {
        _settings = settings;
        _rules.Begin(engine.Description, settings);
        _sources = sources;
        _activeCount = 0;
        _completedCount = 0;
        ReusedArray.Take(ref _active, sources);
        ReusedArray.Take(ref _completed, sources);
        ReusedArray.Take(ref _lengths, sources);
        ReusedArray.Take(ref _indices, sources);
        ReusedArray.Take(ref _live, sources * Size);
        ReusedArray.Take(ref _liveCounts, sources);
        ReusedArray.Take(ref _finished, sources * Size);
        ReusedArray.Take(ref _finishedCounts, sources);
        ReusedArray.Take(ref _links, sources * settings.MaxLength * Size);
        ReusedArray.Take(ref _rowTokens, sources * Size);
        ReusedArray.Take(ref _rowSequences, sources * Size);
        ReusedArray.Take(ref _candidates, 3 * Size);
        ReusedArray.Take(ref _best, 2 * Size);
        ReusedArray.Take(ref _target, settings.MaxLength + 1)[0] = engine.Description.StartToken;
    }

    /// <inheritdoc/>
    public void Start(Engine engine, int source, int index)
    {
        _active[_activeCount++] = source;
        _lengths[source] = 0;
        _indices[source] = index;
        _live[source * Size] = new LiveHypothesis { Token = engine.Description.StartToken };
        _liveCounts[source] = 1;
        _finishedCounts[source] = 0;
    }

    /// <inheritdoc/>
    public void Step(Engine engine, Workspace workspace)
    {
        int rows = 0;
        foreach (int source in _active.AsSpan(0, _activeCount))
        {
            foreach (ref readonly LiveHypothesis hypothesis in LiveOf(source))
            {
                _rowTokens[rows] = hypothesis.Token;
                _rowSequences[rows++] = SequenceOf(source, hypothesis.Slot);
            }
        }

        engine.DecodeStep(workspace, _rowTokens.AsSpan(0, rows), _rowSequences.AsSpan(0, rows));
        engine.Project(workspace, 0, rows);
        int active = _activeCount;
        int firstRow = 0;
        _activeCount = 0;
        _completedCount = 0;
        for (int i = 0; i < active; i++)
        {
            int source = _active[i];
            int sourceRows = _liveCounts[source];
            if (Advance(engine, workspace, source, firstRow))
            {
                _active[_activeCount++] = source;
            }
            else
            {
                _completed[_completedCount++] = source;
            }

            firstRow += sourceRows;
        }
    }

    /// <summary>Takes one source a token further; whether its search goes on.</summary>
    private bool Advance(Engine engine, Workspace workspace, int source, int firstRow)
    {
        _length = ++_lengths[source];
        ReadOnlySpan<LiveHypothesis> candidates = Rank(engine, workspace, source, firstRow);
        Span<LiveHypothesis> children = _candidates.AsSpan(2 * Size, Size);
        int count = 0, stopped = 0;
        double normalizer = _settings.Normalizer(_length);
        for (int rank = 0; rank < candidates.Length && count + stopped < Size; rank++)
        {
            ref readonly LiveHypothesis candidate = ref candidates[rank];
            if (candidate.Token != engine.Description.EndToken)
            {
                // Those that stay live have the first links, in the order of their ranks; those that are stopped have the last.
                bool stops = Stops(source, candidate);
                int link = stops ? Size - 1 - stopped++ : count;
                _links[LinkIndex(source, _length - 1, link)] = new Link(candidate.Token, candidate.Parent, candidate.TokenLogProbability);
                if (stops)
                {
                    Finish(source, new FinishedHypothesis(candidate.LogProbability / normalizer, _length, link, FinishReason.Stopped));
                }
                else
                {
                    children[count++] = candidate;
                }
            }
            else if (rank < Size)
            {
                Finish(
                    source,
                    new FinishedHypothesis(candidate.LogProbability / normalizer, _length - 1, candidate.Parent, FinishReason.EndToken, candidate.TokenLogProbability));
            }
        }

        children = children[..count];
        int finished = _finishedCounts[source];
        if (count == 0 && finished == 0)
        {
            throw NonFiniteLogits.At(_indices[source], _length - 1);
        }

        if (_length == _settings.MaxLength)
        {
            for (int rank = 0; rank < count; rank++)
            {
                Finish(source, new FinishedHypothesis(children[rank].LogProbability / normalizer, _length, rank, FinishReason.Length));
            }

            return false;
        }

        if (count == 0 || (finished == Size && !(children[0].LogProbability / normalizer > _finished[(source * Size) + Size - 1].Score)))
        {
            return false;
        }

        AssignSlots(workspace, source, children);
        children.CopyTo(_live.AsSpan(source * Size));
        _liveCounts[source] = count;
        return true;
    }

    /// <summary>
    /// The best <c>2 · size</c> continuations of a source's live hypotheses by their sums of log-probabilities. No hypothesis has more than so many among
    /// them, so each row's best tokens suffice; they come in the order that ties ask for.
    /// </summary>
    private ReadOnlySpan<LiveHypothesis> Rank(Engine engine, Workspace workspace, int source, int firstRow)
    {
        Span<LiveHypothesis> candidates = _candidates.AsSpan(0, 2 * Size);
        Span<int> best = _best.AsSpan(0, 2 * Size);
        int count = 0;
        ReadOnlySpan<LiveHypothesis> live = LiveOf(source);
        int? forced = _rules.ForcedToken(_length - 1);
        bool rulesApply = _rules.ApplyAt(_length - 1);
        for (int parent = 0; parent < live.Length; parent++)
        {
            int row = firstRow + parent;
            Span<float> logits = engine.Logits(workspace, row);
            if (forced is null)
            {
                engine.Suppress(workspace, row);
                if (rulesApply)
                {
                    _rules.Apply(logits, TargetOf(source, parent), _indices[source]);
                }
            }

            (float maximum, float sum) = engine.SumOfExponentials(workspace, row);
            if (forced is null && rulesApply && float.IsNegativeInfinity(maximum))
            {
                double score = live[parent].LogProbability / _settings.Normalizer(_length - 1);
                Finish(source, new FinishedHypothesis(score, _length - 1, parent, FinishReason.NothingAllowed));
                continue;
            }

            if (float.IsNaN(sum))
            {
                throw NonFiniteLogits.At(_indices[source], _length - 1);
            }

            double logSum = DeterministicMath.Log(sum);
            int found = 1;
            if (forced is { } only)
            {
                best[0] = only;
            }
            else
            {
                found = engine.TopK(workspace, row, best);
            }

            foreach (int token in best[..found])
            {
                double logProbability = live[parent].LogProbability + LogSoftmax.Precisely(logits[token], maximum, logSum);
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
                    TokenLogProbability = _settings.Options.ReturnTokenLogProbabilities ? LogSoftmax.Of(logits[token], maximum, sum) : 0,
                    Token = token,
                    Parent = parent,
                };
            }
        }

        return candidates[..count];
    }

    /// <summary>Whether the caller stops a hypothesis after its last token.</summary>
    private bool Stops(int source, in LiveHypothesis candidate)
    {
        if (!_rules.MayStop)
        {
            return false;
        }

        int tokens = TargetOf(source, candidate.Parent).Length;
        _target[tokens] = candidate.Token;
        return _rules.Stops(_target.AsSpan(0, tokens + 1), _indices[source]);
    }

    /// <summary>The start token and the tokens of a hypothesis that was live before this step. Valid until it is asked for the next.</summary>
    private ReadOnlySpan<int> TargetOf(int source, int rank)
    {
        Span<int> target = _target.AsSpan(0, _length);
        for (int position = _length - 2; position >= 0; position--)
        {
            Link link = _links[LinkIndex(source, position, rank)];
            target[position + 1] = link.Token;
            rank = link.Parent;
        }

        return target;
    }

    /// <summary>Keeps a finished hypothesis if it is among the best; of equal ones the earlier is kept and stands first.</summary>
    private void Finish(int source, FinishedHypothesis hypothesis)
    {
        Span<FinishedHypothesis> finished = _finished.AsSpan(source * Size, Size);
        ref int count = ref _finishedCounts[source];
        int place = count;
        while (place > 0 && finished[place - 1].Score < hypothesis.Score)
        {
            place--;
        }

        if (place < Size)
        {
            count = Math.Min(count + 1, Size);
            finished[place..(count - 1)].CopyTo(finished[(place + 1)..]);
            finished[place] = hypothesis;
        }
    }

    /// <summary>Gives each child a slot whose cache holds its beginning.</summary>
    private void AssignSlots(Workspace workspace, int source, Span<LiveHypothesis> children)
    {
        const int None = -1;
        ReadOnlySpan<LiveHypothesis> parents = LiveOf(source);
        uint taken = 0;
        foreach (ref LiveHypothesis child in children)
        {
            int slot = parents[child.Parent].Slot;
            child.Slot = (taken & (1u << slot)) == 0 ? slot : None;
            taken |= 1u << slot;
        }

        foreach (ref LiveHypothesis child in children)
        {
            if (child.Slot == None)
            {
                child.Slot = BitOperations.TrailingZeroCount(~taken);
                taken |= 1u << child.Slot;
                workspace.CopyTarget(SequenceOf(source, parents[child.Parent].Slot), SequenceOf(source, child.Slot));
            }
        }
    }

    private ReadOnlySpan<LiveHypothesis> LiveOf(int source) => _live.AsSpan(source * Size, _liveCounts[source]);

    private int SequenceOf(int source, int slot) => (slot * _sources) + source;

    private int LinkIndex(int source, int position, int rank) => (((source * _settings.MaxLength) + position) * Size) + rank;

    /// <summary>A hypothesis that has not ended, or may become one: a continuation of a parent by one token.</summary>
    private struct LiveHypothesis
    {
        /// <summary>The sum over its tokens.</summary>
        public double LogProbability;

        /// <summary>The log-probability of its last token, when it is asked for.</summary>
        public float TokenLogProbability;

        /// <summary>Its last token.</summary>
        public int Token;

        /// <summary>The rank of what it continues among the live ones of the step before.</summary>
        public int Parent;

        /// <summary>Whose cache holds the tokens before the last.</summary>
        public int Slot;
    }

    /// <summary>A finished hypothesis: that whose link has a rank after so many tokens, to which the end token may have been added.</summary>
    private readonly record struct FinishedHypothesis(double Score, int Length, int Rank, FinishReason Reason, float EndLogProbability = 0);

    /// <summary>The last token of a hypothesis, its log-probability when it is asked for, and the rank of what it continues.</summary>
    private readonly record struct Link(int Token, int Parent, float TokenLogProbability);
}
