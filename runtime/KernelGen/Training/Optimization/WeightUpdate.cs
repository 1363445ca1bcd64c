using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>Changes all weights that are trained by one step of an optimizer, and keeps what it remembers of each.</summary>
internal sealed unsafe class WeightUpdate : IPiecework, IDisposable
{
    private readonly TrainingParameters _parameters;
    private readonly Optimizer _optimizer;
    private readonly WeightSegments _segments;
    private readonly WorkerThreads _workers;
    private readonly NativeBlock[] _moments;
    private readonly ExponentialAverage? _average;
    private UpdateNumbers _numbers;

    /// <param name="parameters">The weights and gradients.</param>
    /// <param name="segments">What is trained.</param>
    /// <param name="optimizer">How.</param>
    /// <param name="average">Follows the weights, where there is such an average.</param>
    /// <param name="workers">The threads that share the work.</param>
    public WeightUpdate(TrainingParameters parameters, WeightSegments segments, Optimizer optimizer, ExponentialAverage? average, WorkerThreads workers)
    {
        _parameters = parameters;
        _segments = segments;
        _optimizer = optimizer;
        _average = average;
        _workers = workers;
        _moments = new NativeBlock[optimizer.MomentCount];
        for (int i = 0; i < _moments.Length; i++)
        {
            _moments[i] = TrainingParameters.Zeros(parameters.Length);
        }
    }

    /// <summary>The blocks of what is remembered of each weight, in the layout of the weights.</summary>
    public IReadOnlyList<NativeBlock> Moments => _moments;

    /// <summary>Changes the weights.</summary>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="gradientScale">What gradients are multiplied with first.</param>
    public void Run(long step, double learningRate, float gradientScale)
    {
        _numbers = _optimizer.NumbersOf(step, learningRate);
        _numbers.GradientScale = gradientScale;
        _average?.Begin(step);
        _workers.Run(this, _segments.Pieces);
        _parameters.Derive();
    }

    /// <summary>Frees what is remembered.</summary>
    public void Dispose()
    {
        foreach (NativeBlock? moment in _moments)
        {
            moment?.Dispose();
        }
    }

    void IPiecework.Run(int piece, int thread)
    {
        (int first, int end) = _segments.OfPiece(piece);
        for (int i = first; i < end; i++)
        {
            WeightSegment segment = _segments.All[i];
            var updated = new UpdatedWeights
            {
                Weights = _parameters.WeightBlock + segment.Offset,
                Gradients = _parameters.GradientBlock + segment.Offset,
                Means = _moments.Length > 0 ? _moments[0].Pointer + segment.Offset : null,
                Squares = _moments.Length > 1 ? _moments[1].Pointer + segment.Offset : null,
                Count = segment.Length,
                Decays = segment.Decays,
            };
            _optimizer.Update(in _numbers, in updated);

            // While the weights are in the cache.
            _average?.Follow(updated.Weights, segment.Offset, segment.Length);
        }
    }
}
