using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>Weights in training, with all that belongs to them: what computes gradients, what the optimizer keeps, averages.</summary>
internal sealed unsafe class TrainingRun : IDisposable
{
    private readonly GradientNorm _norm;
    private readonly WeightUpdate _update;

    /// <summary>The mean of <see cref="Last"/>, where there is one.</summary>
    private readonly NativeBlock? _mean;

    /// <param name="parameters">The weights; from now on the run's to free.</param>
    /// <param name="options">How to train.</param>
    /// <param name="createEngine">Makes what computes gradients.</param>
    /// <param name="workers">The threads that share the work.</param>
    public TrainingRun(TrainingParameters parameters, TrainingOptions options, Func<TrainingParameters, TrainingEngine> createEngine, WorkerThreads workers)
    {
        Parameters = parameters;
        try
        {
            IReadOnlyList<string> frozen = options.Frozen.IsDefault ? [] : options.Frozen;
            Segments = new WeightSegments(parameters.Ranges, frozen, options.Optimizer.Decaying);
            Exponential = options.ExponentialAverage is { } decay ? new ExponentialAverage(decay, parameters) : null;
            Last = options.AverageLast > 0 ? new LastAverage(options.AverageLast, parameters) : null;
            _mean = Last is null ? null : TrainingParameters.Zeros(parameters.Length);
            _norm = new GradientNorm(parameters, Segments, workers);
            _update = new WeightUpdate(parameters, Segments, options.Optimizer, Exponential, workers);
            Engine = createEngine(parameters);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The weights and gradients.</summary>
    public TrainingParameters Parameters { get; }

    /// <summary>Computes gradients.</summary>
    public TrainingEngine Engine { get; }

    /// <summary>What is trained.</summary>
    public WeightSegments Segments { get; }

    /// <summary>The average that follows the weights, where there is one.</summary>
    public ExponentialAverage? Exponential { get; }

    /// <summary>The last checkpoints, where they are averaged.</summary>
    public LastAverage? Last { get; }

    /// <summary>What the optimizer keeps of each weight.</summary>
    public IReadOnlyList<NativeBlock> Moments => _update.Moments;

    /// <summary>The norm of the gradients, once they are complete.</summary>
    public double GradientNorm()
    {
        Parameters.GatherGradients();
        return _norm.Compute();
    }

    /// <summary>The weights with a gradient that is not finite, as <see cref="GradientNorm"/> has found it.</summary>
    public ParameterRange? FindNonFinite() => _norm.FindNonFinite();

    /// <summary>Takes a step.</summary>
    public void Update(long step, double learningRate, float gradientScale) => _update.Run(step, learningRate, gradientScale);

    /// <summary>
    /// Does something with the weights that are evaluated and saved: where there is an average, it changes places with the weights that are trained, and back. The bits of neither are lost.
    /// </summary>
    public void WithAverage(Action<TrainingRun> use)
    {
        if (Last is { Taken: > 0 } last)
        {
            last.Average(Segments, _mean!.Pointer);
        }

        Exchange();
        try
        {
            use(this);
        }
        finally
        {
            Exchange();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine?.Dispose();
        _update?.Dispose();
        Exponential?.Dispose();
        Last?.Dispose();
        _mean?.Dispose();
        Parameters.Dispose();
    }

    private void Exchange()
    {
        if (Exponential is { } exponential)
        {
            Exchange(exponential.Block.Pointer);
        }
        else if (Last is { Taken: > 0 })
        {
            Exchange(_mean!.Pointer);
        }
    }

    private void Exchange(float* other)
    {
        Span<float> spare = stackalloc float[64];
        foreach (WeightSegment segment in Segments.All)
        {
            var weights = new Span<float>(Parameters.WeightBlock + segment.Offset, segment.Length);
            var others = new Span<float>(other + segment.Offset, segment.Length);
            for (int done = 0; done < segment.Length; done += spare.Length)
            {
                int count = Math.Min(spare.Length, segment.Length - done);
                weights.Slice(done, count).CopyTo(spare);
                others.Slice(done, count).CopyTo(weights[done..]);
                spare[..count].CopyTo(others[done..]);
            }
        }

        Parameters.Derive();
    }
}
