using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>The loop that feeds each best token back, for one encoded sequence.</summary>
internal struct GreedySearch
{
    private readonly Engine _engine;
    private readonly Workspace _workspace;
    private readonly bool _scores;
    private readonly int _maxLength;
    private int _token;

    public GreedySearch(Engine engine, Workspace workspace, int maxLength, bool scores)
    {
        _engine = engine;
        _workspace = workspace;
        _scores = scores;
        _maxLength = maxLength;
        _token = engine.Description.StartToken;
    }

    /// <summary>The number of tokens generated so far, the end token included.</summary>
    public int Length { get; private set; }

    /// <summary>The sum of the log-probabilities of the tokens so far, when scores are asked for.</summary>
    public float LogProbability { get; private set; }

    /// <summary>The log-probability of the last token, when scores are asked for.</summary>
    public float TokenLogProbability { get; private set; }

    /// <summary>Whether the end token came.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Generates the next token.</summary>
    /// <param name="token">The token.</param>
    /// <returns><see langword="false"/> when the end token came, or came before, or the maximum length is reached.</returns>
    public bool TryNext(out int token)
    {
        token = -1;
        if (HasEnded || Length == _maxLength)
        {
            return false;
        }

        _engine.Decode(_workspace, [_token], [0], [1]);
        _engine.Project(_workspace, 0, 1);
        Span<float> logits = _engine.Logits(_workspace, 0);
        foreach (int suppressed in _engine.Description.SuppressedTokens)
        {
            logits[suppressed] = float.NegativeInfinity;
        }

        _token = token = _engine.ArgMax(_workspace, 0);
        Length++;
        if (_scores)
        {
            (float maximum, float sum) = _engine.SumOfExponentials(_workspace, 0);
            TokenLogProbability = LogSoftmax.Of(logits[token], maximum, sum);
            LogProbability += TokenLogProbability;
        }

        HasEnded = token == _engine.Description.EndToken;
        return !HasEnded;
    }
}
