namespace KernelGen.Training;

/// <summary>Adds up what batches of an evaluation give, in their order.</summary>
internal struct EvaluationSum
{
    private double _loss;
    private long _right;

    /// <summary>The number of target tokens.</summary>
    public long Tokens { get; private set; }

    /// <summary>The number of pairs.</summary>
    public long Pairs { get; private set; }

    /// <summary>The number of pairs that were left out.</summary>
    public long LeftOut { get; set; }

    /// <summary>Adds a batch.</summary>
    public void Add((double Loss, int Right) result, PairBatch batch)
    {
        _loss += result.Loss;
        _right += result.Right;
        Tokens += batch.Labels.Length;
        Pairs += batch.Pairs;
    }

    /// <summary>The means; there is at least one token.</summary>
    public readonly Evaluation ToEvaluation() => new(_loss / Tokens, (double)_right / Tokens, Tokens, Pairs, LeftOut);
}
