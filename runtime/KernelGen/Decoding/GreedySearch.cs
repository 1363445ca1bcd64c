using System.Runtime.InteropServices;
using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Decoding;

/// <summary>
/// The loop that feeds each token back, for all encoded sequences of a workspace together: the best one, or one that is drawn. A target that is complete
/// leaves the batch at once, and once all targets of a source are, another source may begin in its place. Belongs to a workspace, whose calls reuse its
/// arrays.
/// </summary>
/// <remarks>Sample j of source i is the workspace's sequence <c>j · sources + i</c>; greedy search has one target for each source.</remarks>
internal sealed class GreedySearch : ISearch, IForbiddenTokens
{
    /// <summary>Instead of a token: rules leave none that may come next.</summary>
    private const int NothingAllowed = -2;

    private readonly LogitRules _rules = new();
    private readonly TokenSampler _sampler = new();
    private readonly SourceCandidates _allowed = new();
    private Target[] _targets = [];
    private int[] _tokens = [];
    private float[] _logProbabilities = [];
    private int[] _live = [];
    private int[] _next = [];
    private int[] _liveTargets = [];
    private int[] _completed = [];
    private int _sources;
    private int _liveCount;
    private int _completedCount;
    private SearchSettings _settings;

    /// <inheritdoc/>
    public bool IsDone => _liveCount == 0;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Completed => _completed.AsSpan(0, _completedCount);

    /// <inheritdoc/>
    public void Begin(Engine engine, int sources, SearchSettings settings)
    {
        int sequences = sources * settings.HypothesesPerSource;
        _settings = settings;
        _sources = sources;
        _liveCount = 0;
        _completedCount = 0;
        _rules.Begin(engine.Description, settings, sources);
        _allowed.Begin(in settings, sources);
        ReusedArray.Take(ref _targets, sequences);
        ReusedArray.Take(ref _tokens, sequences * (settings.MaxLength + 1));
        ReusedArray.Take(ref _next, sequences);
        ReusedArray.Take(ref _live, sequences);
        ReusedArray.Take(ref _liveTargets, sources);
        ReusedArray.Take(ref _completed, sources);
        if (settings.NeedsLogProbabilities)
        {
            ReusedArray.Take(ref _logProbabilities, sequences * settings.MaxLength);
        }
    }

    /// <inheritdoc/>
    public void Start(Engine engine, int source, int index, ReadOnlySpan<int> tokens, in SearchSettings settings)
    {
        _rules.Start(source, tokens);
        _allowed.Start(engine, source, tokens, _rules.EndTokens);
        // Targets of one source are neighbours, so that its cache is read once for all of them.
        int targets = _settings.HypothesesPerSource;
        _liveTargets[source] = targets;
        for (int sequence = source; sequence < _sources * targets; sequence += _sources)
        {
            _live[_liveCount] = sequence;
            _next[_liveCount++] = settings.StartToken;
            _targets[sequence] = new Target { SourceIndex = index, MaxLength = settings.MaxLength, Seed = settings.Seed };
            _tokens[FirstToken(sequence) - 1] = settings.StartToken;
        }
    }

    /// <inheritdoc/>
    public void Step(Engine engine, Workspace workspace)
    {
        int rows = _liveCount;
        Span<int> next = _next.AsSpan(0, rows);
        engine.DecodeStep(workspace, next, _live.AsSpan(0, rows));
        Choose(engine, workspace, next);
        _liveCount = 0;
        _completedCount = 0;
        for (int row = 0; row < rows; row++)
        {
            int sequence = _live[row];
            if (Extend(sequence, next[row]))
            {
                _live[_liveCount] = sequence;
                next[_liveCount++] = next[row];
            }
            else if (--_liveTargets[sequence % _sources] == 0)
            {
                _completed[_completedCount++] = sequence % _sources;
            }
        }
    }

    /// <summary>Makes a token that was chosen elsewhere the next one of the only target.</summary>
    /// <param name="token">The token.</param>
    /// <param name="logProbability">Its log-probability, where it is asked for.</param>
    public void Append(int token, float logProbability)
    {
        if (_settings.NeedsLogProbabilities)
        {
            _logProbabilities[_targets[0].Length] = logProbability;
        }

        _next[0] = token;
        _liveCount = Extend(0, token) ? 1 : 0;
    }

    /// <summary>The last token of the only target, or the start token.</summary>
    public int LastToken => _next[0];

    /// <summary>The tokens of a target so far, without the end token.</summary>
    public ReadOnlySpan<int> Tokens(int sequence) => _tokens.AsSpan(FirstToken(sequence), _targets[sequence].Length);

    /// <summary>The log-probability of a target's last token, when it is asked for.</summary>
    public float? TokenLogProbability(int sequence) =>
        _settings.NeedsLogProbabilities ? _logProbabilities[(sequence * _settings.MaxLength) + _targets[sequence].Length - 1] : null;

    /// <inheritdoc/>
    public GenerationResult Result(int source)
    {
        if (_settings.HypothesisCount == 1)
        {
            return new GenerationResult([ResultOf(source)]);
        }

        var hypotheses = new Hypothesis[_settings.HypothesisCount];
        for (int sample = 0; sample < hypotheses.Length; sample++)
        {
            hypotheses[sample] = ResultOf((sample * _sources) + source);
        }

        return new GenerationResult(ImmutableCollectionsMarshal.AsImmutableArray(hypotheses));
    }

    private Hypothesis ResultOf(int sequence)
    {
        Target target = _targets[sequence];
        int tokens = target.Length + (target.FinishReason == FinishReason.EndToken ? 1 : 0);
        ReadOnlySpan<float> logProbabilities = _settings.NeedsLogProbabilities ? _logProbabilities.AsSpan(sequence * _settings.MaxLength, tokens) : default;
        return new Hypothesis(
            Tokens(sequence).ToArray(),
            _settings.ReturnScores ? (float)(Sum(logProbabilities) / _settings.Normalizer(tokens)) : null,
            target.FinishReason,
            _settings.Options.ReturnTokenLogProbabilities ? logProbabilities.ToArray() : null,
            target.FinishReason == FinishReason.EndToken ? target.EndToken : null);
    }

    /// <summary>Chooses a token for each live target.</summary>
    private void Choose(Engine engine, Workspace workspace, Span<int> next)
    {
        bool needsTokens = _settings.NeedsLogProbabilities, needsLogits = needsTokens, forbids = false;
        for (int row = 0; row < next.Length; row++)
        {
            int position = _targets[_live[row]].Length;
            if (_rules.ForcedToken(position) is null)
            {
                needsTokens = true;
                bool applies = _rules.ApplyAt(position);
                forbids |= applies;
                needsLogits |= _settings.Options.Sampling is not null || (applies && !_rules.OnlyForbidAt(position));
            }
        }

        if (needsLogits || (needsTokens && _allowed.AreGiven))
        {
            ChooseByLogits(engine, workspace, next);
            return;
        }

        if (needsTokens)
        {
            engine.BestTokens(workspace, next.Length, next, forbids ? this : null);
            if (forbids && next.Contains(NonFiniteLogits.NoToken))
            {
                // Rules have left nothing, or the model has nothing to choose from.
                ChooseByLogits(engine, workspace, next);
                return;
            }
        }

        for (int row = 0; row < next.Length; row++)
        {
            next[row] = _rules.ForcedToken(_targets[_live[row]].Length) ?? next[row];
        }
    }

    /// <inheritdoc/>
    public void Forbid(int row, Span<float> logits)
    {
        int sequence = _live[row];
        ref readonly Target target = ref _targets[sequence];
        if (_rules.ForcedToken(target.Length) is null)
        {
            _rules.Apply(logits, StartAndTokens(sequence), sequence % _sources, target.SourceIndex);
        }
    }

    private void ChooseByLogits(Engine engine, Workspace workspace, Span<int> next)
    {
        Project(engine, workspace, next.Length);
        for (int row = 0; row < next.Length; row++)
        {
            next[row] = ChooseByLogits(engine, workspace, row);
        }
    }

    private void Project(Engine engine, Workspace workspace, int rows)
    {
        if (!_allowed.AreGiven)
        {
            engine.Project(workspace, 0, rows);
            return;
        }

        // Targets of one source are neighbours.
        int next;
        for (int first = 0; first < rows; first = next)
        {
            int source = _live[first] % _sources;
            for (next = first + 1; next < rows && _live[next] % _sources == source; next++)
            {
            }

            _allowed.Project(engine, workspace, source, first, next - first);
        }
    }

    private int ChooseByLogits(Engine engine, Workspace workspace, int row)
    {
        int sequence = _live[row];
        ref readonly Target target = ref _targets[sequence];
        Span<float> logits = engine.Logits(workspace, row);
        if (_rules.ForcedToken(target.Length) is { } token)
        {
            engine.SuppressUnless(workspace, row, token);
        }
        else
        {
            engine.Suppress(workspace, row);
            _rules.Apply(logits, StartAndTokens(sequence), sequence % _sources, target.SourceIndex);
            token = engine.ArgMax(workspace, row);
            if (token == NonFiniteLogits.NoToken)
            {
                return token;
            }

            if (float.IsNegativeInfinity(logits[token]))
            {
                return _rules.ApplyAt(target.Length) ? NothingAllowed : NonFiniteLogits.NoToken;
            }

            if (_settings.Options.Sampling is { } sampling)
            {
                ulong random = Philox.Next((ulong)target.Seed, (ulong)target.Length, (ulong)(sequence / _sources));
                token = _sampler.Draw(engine, workspace, row, sampling, random);
            }
        }

        if (_settings.NeedsLogProbabilities)
        {
            (float maximum, float sum) = engine.SumOfExponentials(workspace, row);
            if (float.IsNaN(sum))
            {
                return NonFiniteLogits.NoToken;
            }

            _logProbabilities[(sequence * _settings.MaxLength) + target.Length] = LogSoftmax.Of(logits[token], maximum, sum);
        }

        return token;
    }

    /// <summary>Adds a token to a target; whether it goes on.</summary>
    /// <exception cref="InvalidOperationException">There is no token, because logits are not finite.</exception>
    private bool Extend(int sequence, int token)
    {
        ref Target target = ref _targets[sequence];
        if (token == NonFiniteLogits.NoToken)
        {
            throw NonFiniteLogits.At(target.SourceIndex, target.Length);
        }

        if (token == NothingAllowed)
        {
            target.FinishReason = FinishReason.NothingAllowed;
            return false;
        }

        if (_rules.IsEnd(token))
        {
            target.FinishReason = FinishReason.EndToken;
            target.EndToken = token;
            return false;
        }

        _tokens[FirstToken(sequence) + target.Length++] = token;
        if (_rules.Stops(StartAndTokens(sequence), target.SourceIndex))
        {
            target.FinishReason = FinishReason.Stopped;
            return false;
        }

        target.FinishReason = FinishReason.Length;
        return target.Length < target.MaxLength;
    }

    private ReadOnlySpan<int> StartAndTokens(int sequence) => _tokens.AsSpan(FirstToken(sequence) - 1, _targets[sequence].Length + 1);

    private int FirstToken(int sequence) => (sequence * (_settings.MaxLength + 1)) + 1;

    private static float Sum(ReadOnlySpan<float> logProbabilities)
    {
        float sum = 0;
        foreach (float logProbability in logProbabilities)
        {
            sum += logProbability;
        }

        return sum;
    }

    private struct Target
    {
        /// <summary>The place of its source in the caller's list.</summary>
        public int SourceIndex;

        /// <summary>The most tokens, the end token included.</summary>
        public int MaxLength;

        /// <summary>What samples follow from.</summary>
        public long Seed;

        /// <summary>The number of tokens, the end token not included.</summary>
        public int Length;

        public FinishReason FinishReason;

        /// <summary>The end token that came, when it did.</summary>
        public int EndToken;
    }
}
