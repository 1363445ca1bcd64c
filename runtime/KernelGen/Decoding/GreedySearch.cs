using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>
/// The loop that feeds each best token back, for all encoded sequences of a workspace together: a target that is complete leaves the batch at once.
/// Belongs to a workspace, whose calls reuse its arrays.
/// </summary>
internal sealed class GreedySearch
{
    private Target[] _targets = [];
    private int[] _tokens = [];
    private int[] _live = [];
    private int[] _next = [];
    private int _liveCount;
    private SearchSettings _settings;

    /// <summary>Whether every target is complete.</summary>
    public bool IsDone => _liveCount == 0;

    /// <summary>Begins a target for each source that stands encoded in a workspace.</summary>
    public void Begin(Engine engine, int sources, SearchSettings settings)
    {
        _settings = settings;
        _liveCount = sources;
        ReusedArray.Take(ref _targets, sources).Clear();
        ReusedArray.Take(ref _tokens, sources * settings.MaxLength);
        ReusedArray.Take(ref _next, sources).Fill(engine.Description.StartToken);
        Span<int> live = ReusedArray.Take(ref _live, sources);
        for (int source = 0; source < sources; source++)
        {
            live[source] = source;
        }
    }

    /// <summary>Generates the next token of every target that is not complete.</summary>
    public void Step(Engine engine, Workspace workspace)
    {
        int rows = _liveCount;
        Span<int> next = _next.AsSpan(0, rows);
        engine.DecodeStep(workspace, next, _live.AsSpan(0, rows));
        if (_settings.ReturnScores)
        {
            engine.ProjectAllowed(workspace, rows);
            for (int row = 0; row < rows; row++)
            {
                next[row] = engine.ArgMax(workspace, row);
                (float maximum, float sum) = engine.SumOfExponentials(workspace, row);
                ref Target target = ref _targets[_live[row]];
                target.TokenLogProbability = LogSoftmax.Of(engine.Logits(workspace, row)[next[row]], maximum, sum);
                target.LogProbability += target.TokenLogProbability;
            }
        }
        else
        {
            engine.BestTokens(workspace, rows, next);
        }

        _liveCount = 0;
        for (int row = 0; row < rows; row++)
        {
            int source = _live[row];
            ref Target target = ref _targets[source];
            target.HasEnded = next[row] == engine.Description.EndToken;
            if (target.HasEnded)
            {
                continue;
            }

            _tokens[(source * _settings.MaxLength) + target.Length++] = next[row];
            if (target.Length < _settings.MaxLength)
            {
                _live[_liveCount] = source;
                next[_liveCount++] = next[row];
            }
        }
    }

    /// <summary>The tokens of a target so far, without the end token.</summary>
    public ReadOnlySpan<int> Tokens(int source) => _tokens.AsSpan(source * _settings.MaxLength, _targets[source].Length);

    /// <summary>The log-probability of a target's last token, when scores are asked for.</summary>
    public float? TokenLogProbability(int source) => _settings.ReturnScores ? _targets[source].TokenLogProbability : null;

    /// <summary>What was generated for a source.</summary>
    public GenerationResult Result(int source)
    {
        Target target = _targets[source];
        int tokens = target.Length + (target.HasEnded ? 1 : 0);
        return new GenerationResult([
            new Hypothesis(
                Tokens(source).ToArray(),
                _settings.ReturnScores ? (float)(target.LogProbability / _settings.Normalizer(tokens)) : null,
                target.HasEnded ? FinishReason.EndToken : FinishReason.Length)]);
    }

    private struct Target
    {
        /// <summary>The number of tokens, the end token not included.</summary>
        public int Length;

        public bool HasEnded;

        /// <summary>The sum over all tokens, the end token included.</summary>
        public float LogProbability;

        public float TokenLogProbability;
    }
}
