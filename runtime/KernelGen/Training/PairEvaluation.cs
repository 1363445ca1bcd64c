namespace KernelGen.Training;

/// <summary>Evaluates pairs, window by window, with batches of like lengths.</summary>
/// <param name="check">Which pairs the model can take.</param>
/// <param name="options">The size of windows and batches.</param>
internal sealed class PairEvaluation(PairCheck check, TrainingOptions options)
{
    private readonly PairWindow _window = new();
    private readonly BatchPlan _plan = new();
    private readonly PairBatch _batch = new();

    /// <summary>Tells how well the weights predict the targets of pairs.</summary>
    /// <exception cref="ArgumentException">There is no pair, or one cannot be used.</exception>
    public Evaluation Evaluate(TrainingEngine engine, IEnumerable<TrainingPair> pairs, CancellationToken cancellationToken)
    {
        var sum = default(EvaluationSum);
        using IEnumerator<TrainingPair> enumerator = pairs.GetEnumerator();
        for (bool hasNext = enumerator.MoveNext(); hasNext;)
        {
            _window.Clear();
            for (; hasNext && _window.Count < options.ShuffleWindow && !_window.IsFull; hasNext = enumerator.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                TrainingPair pair = enumerator.Current;
                if (check.Accepts(pair, sum.Pairs + sum.LeftOut + _window.Count))
                {
                    _window.Add(pair, check.SourceLength(pair), check.EndToken);
                }
                else
                {
                    sum.LeftOut++;
                }
            }

            EvaluateWindow(engine, ref sum, cancellationToken);
        }

        return sum.Tokens > 0 ? sum.ToEvaluation() : throw new ArgumentException("There are no pairs to evaluate.", nameof(pairs));
    }

    private void EvaluateWindow(TrainingEngine engine, ref EvaluationSum sum, CancellationToken cancellationToken)
    {
        _plan.Make(_window, options.TokensPerBatch, order: null);
        for (int i = 0; i < _plan.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _plan.CopyTo(i, check.StartToken, _batch);
            sum.Add(engine.Evaluate(_batch, smoothing: 0), _batch);
        }
    }
}
