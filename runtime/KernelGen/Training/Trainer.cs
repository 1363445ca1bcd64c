using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using KernelGen.Checkpoints;
using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>Trains a declared model on pairs of a source and a target: of token sequences, or of audio and tokens. <c>CreateTrainer</c> of a class that is declared with <c>Trainable = true</c> makes one.</summary>
/// <remarks>
/// <para>
/// A model begins with random weights, as its family does, or with those of a checkpoint: <see cref="Load(string)"/>. Its weights after any step are a function of these, of the options and of the pairs, bit for
/// bit: with any number of threads, on every instruction set, and where a run is interrupted and goes on from a state (<see cref="SaveState"/>, <see cref="ResumeState"/>).
/// </para>
/// <para>
/// Training computes while the next report is awaited, on the thread pool and on threads of its own; between reports, in the body of <c>await foreach</c>, it stands still. All members may be called there, and from
/// other threads, where they wait for the step that is being computed.
/// </para>
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly ModelDescription _model;
    private readonly TrainingOptions _options;
    private readonly Func<TrainingParameters, TrainingEngine> _createEngine;
    private readonly WorkerThreads _workers;
    private readonly PairCheck _check;
    private readonly TrainingStep _step;
    private readonly PairEvaluation _evaluation;
    private readonly object _gate = new();
    private TrainingRun? _run;
    private TrainingProgress _progress = new();
    private int _visitors;
    private int _isEnumerated;
    private bool _isDisposed;
    private bool _isFreed;

    private Trainer(ModelDescription model, TrainingOptions options, Func<TrainingParameters, WorkerThreads, InstructionSet, TrainingEngine> createEngine)
    {
        _model = model;
        _options = options;
        InstructionSet instructionSet = InstructionSets.Choose(options.InstructionSet, nameof(TrainingOptions));
        _check = new PairCheck(model, options.OnInvalidPair);
        _evaluation = new PairEvaluation(_check, options);
        _step = new TrainingStep(options, options.DropoutOf(model.Architecture));
        _workers = new WorkerThreads(options.Threads);
        WorkerThreads workers = _workers;
        _createEngine = parameters => createEngine(parameters, workers, instructionSet);
    }

    /// <summary>The number of steps taken.</summary>
    public long Step => _progress.Step;

    /// <summary>Makes a trainer. Called by generated code.</summary>
    /// <param name="model">The declared model.</param>
    /// <param name="options">How to train.</param>
    /// <param name="createEngine">Makes what computes gradients, for an instruction set.</param>
    /// <exception cref="ArgumentException">An option is out of range, or a pattern fits no name.</exception>
    /// <exception cref="PlatformNotSupportedException">This process cannot use the instruction set that is asked for.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Trainer Create(ModelDescription model, TrainingOptions options, Func<TrainingParameters, WorkerThreads, InstructionSet, TrainingEngine> createEngine)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(createEngine);
        options.Check();
        options.CheckNames(TrainingParameters.RangesOf(model));
        return new Trainer(model, options, createEngine);
    }

    /// <summary>Begins anew with the weights of a checkpoint: what was trained before is forgotten.</summary>
    /// <param name="path">The path of a safetensors or PyTorch file with the names of the model's family, of the index of several, or of a folder.</param>
    /// <exception cref="CheckpointException">It is no checkpoint of this model.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidOperationException">Training goes on.</exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public void Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Visit(() =>
        {
            RefuseWhileTraining();
            Begin(TrainingParameters.Load(_model, path));
        });
    }

    /// <summary>Begins anew with the weights of a checkpoint that a stream holds from its position on.</summary>
    /// <param name="stream">The stream of a safetensors or PyTorch file.</param>
    /// <inheritdoc cref="Load(string)"/>
    public void Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Visit(() =>
        {
            RefuseWhileTraining();
            using var checkpoint = Checkpoint.Open(stream);
            Begin(TrainingParameters.Read(_model, checkpoint));
        });
    }

    /// <summary>Trains, and tells of it. Training goes on where it was left before, and is computed as the reports are awaited; to stop, stop enumerating.</summary>
    /// <param name="pairs">The pairs. They are enumerated once in each epoch, and have to be the same each time.</param>
    /// <param name="validation">Pairs that are not trained with; evaluated as <see cref="TrainingOptions.ValidateEvery"/> says.</param>
    /// <param name="cancellationToken">Cancels training between two batches; weights are then those after the last complete step.</param>
    /// <returns>Reports: see <see cref="TrainingOptions.ReportEvery"/>.</returns>
    /// <exception cref="ArgumentNullException">There are no pairs; thrown at once.</exception>
    /// <exception cref="ArgumentException">There is no pair among them, one cannot be used, or they are others than those that training began with.</exception>
    /// <exception cref="NonFiniteException">A loss or a gradient is NaN or infinite, and the options say that training then stops.</exception>
    /// <exception cref="InvalidOperationException">Another enumeration trains already.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public IAsyncEnumerable<TrainingReport> TrainAsync(IEnumerable<TokenPair> pairs, IEnumerable<TokenPair>? validation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        long? count = pairs.TryGetNonEnumeratedCount(out int known) ? known : null;
        return TrainAsync(Asynchronous(OfTokens(pairs)), count, validation is null ? null : OfTokens(validation), cancellationToken);
    }

    /// <inheritdoc cref="TrainAsync(IEnumerable{TokenPair}, IEnumerable{TokenPair}?, CancellationToken)"/>
    public IAsyncEnumerable<TrainingReport> TrainAsync(IAsyncEnumerable<TokenPair> pairs, IEnumerable<TokenPair>? validation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        _check.RequireKind(areSpeech: false);
        return TrainAsync(pairs.Select(static pair => new TrainingPair(pair)), count: null, validation is null ? null : OfTokens(validation), cancellationToken);
    }

    /// <summary>Trains a model whose source is audio, as the other overloads train those whose source is tokens.</summary>
    /// <inheritdoc cref="TrainAsync(IEnumerable{TokenPair}, IEnumerable{TokenPair}?, CancellationToken)"/>
    [OverloadResolutionPriority(-1)]
    public IAsyncEnumerable<TrainingReport> TrainAsync(IEnumerable<SpeechPair> pairs, IEnumerable<SpeechPair>? validation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        long? count = pairs.TryGetNonEnumeratedCount(out int known) ? known : null;
        return TrainAsync(Asynchronous(OfSpeech(pairs)), count, validation is null ? null : OfSpeech(validation), cancellationToken);
    }

    /// <inheritdoc cref="TrainAsync(IEnumerable{SpeechPair}, IEnumerable{SpeechPair}?, CancellationToken)"/>
    [OverloadResolutionPriority(-1)]
    public IAsyncEnumerable<TrainingReport> TrainAsync(IAsyncEnumerable<SpeechPair> pairs, IEnumerable<SpeechPair>? validation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        _check.RequireKind(areSpeech: true);
        return TrainAsync(pairs.Select(static pair => new TrainingPair(pair)), count: null, validation is null ? null : OfSpeech(validation), cancellationToken);
    }

    /// <summary>Tells how well the model, where there is an average that average, predicts the targets of pairs. Weights stay as they are.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">There is no pair, or one cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public Evaluation Evaluate(IEnumerable<TokenPair> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Evaluate(OfTokens(pairs), cancellationToken);
    }

    /// <inheritdoc cref="Evaluate(IEnumerable{TokenPair}, CancellationToken)"/>
    [OverloadResolutionPriority(-1)]
    public Evaluation Evaluate(IEnumerable<SpeechPair> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return Evaluate(OfSpeech(pairs), cancellationToken);
    }

    /// <summary>
    /// Saves the model, where there is an average that average: as safetensors with its family's own names, which the declared class loads, and so do PyTorch and Hugging Face's libraries. A file of the same
    /// name is replaced when the new one is complete and on the disk.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="IOException">The file cannot be written; a file that was there is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public void Save(string path) => Save(path, TensorDataType.Float32);

    /// <summary>Saves the model as <see cref="Save(string)"/> does, in half the space: weights are rounded to the nearest number of 16 bits. To go on training, use <see cref="SaveState"/>.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="type">How numbers are written: <see cref="TensorDataType.Float16"/> has 11 bits of precision, <see cref="TensorDataType.BFloat16"/> 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">The type is <see cref="TensorDataType.Other"/>.</exception>
    /// <exception cref="InvalidOperationException">A weight is too large for the type; the file is not written.</exception>
    /// <inheritdoc cref="Save(string)"/>
    public void Save(string path, TensorDataType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RefuseOther(type);
        VisitAverage(run => run.Parameters.Save(path, type));
    }

    /// <summary>Writes what <see cref="Save(string)"/> saves into a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public void Save(Stream stream) => Save(stream, TensorDataType.Float32);

    /// <summary>Writes what <see cref="Save(string, TensorDataType)"/> saves into a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="type">How numbers are written.</param>
    /// <exception cref="ArgumentOutOfRangeException">The type is <see cref="TensorDataType.Other"/>.</exception>
    /// <exception cref="InvalidOperationException">A weight is too large for the type; a part of the tensors is written.</exception>
    /// <inheritdoc cref="Save(Stream)"/>
    public void Save(Stream stream, TensorDataType type)
    {
        ArgumentNullException.ThrowIfNull(stream);
        RefuseOther(type);
        VisitAverage(run => run.Parameters.Save(stream, type));
    }

    /// <summary>
    /// Saves all that training goes on from: weights, what the optimizer keeps, averages, how far the pairs are. A file of the same name is replaced when the new one is complete and on the disk.
    /// </summary>
    /// <inheritdoc cref="Save(string)"/>
    public void SaveState(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Visit(() => ReplacedFile.Write(path, "state of training", stream => TrainingState.Write(stream, _model, _options, Run(), in _progress)));
    }

    /// <summary>
    /// Goes on from a state: steps that follow have the bits that they would have had without the interruption. Options that decide them have to be the same; how long training goes on, reports, validation and
    /// threads may be others.
    /// </summary>
    /// <param name="path">The path of a file that <see cref="SaveState"/> has written.</param>
    /// <exception cref="CheckpointException">The file is damaged or no state, or one of another model, or of a run with other options; the trainer is as it was.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidOperationException">Training goes on.</exception>
    /// <exception cref="ObjectDisposedException">The trainer is disposed.</exception>
    public void ResumeState(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Visit(() =>
        {
            RefuseWhileTraining();
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
            (TrainingRun run, TrainingProgress progress) = TrainingState.Read(
                stream, $"The state of training '{path}'", _model, _options, parameters => new TrainingRun(parameters, _options, _createEngine, _workers));
            _run?.Dispose();
            _run = run;
            _progress = progress;
        });
    }

    /// <summary>Frees all memory and ends the threads, once the step that is being computed is complete. An enumeration then ends with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        Interlocked.Increment(ref _visitors);
        try
        {
            bool isWithin = Monitor.IsEntered(_gate);
            lock (_gate)
            {
                _isDisposed = true;

                // What this is calling right now uses the memory still; it is freed when that returns.
                if (!isWithin)
                {
                    Free();
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _visitors);
        }
    }

    /// <summary>Frees what something that was called has disposed.</summary>
    private void FreeIfDisposed()
    {
        if (_isDisposed)
        {
            Free();
        }
    }

    private void Free()
    {
        if (!_isFreed)
        {
            _isFreed = true;
            _run?.Dispose();
            _workers.Dispose();
        }
    }

    private IEnumerable<TrainingPair> OfTokens(IEnumerable<TokenPair> pairs)
    {
        _check.RequireKind(areSpeech: false);
        return pairs.Select(static pair => new TrainingPair(pair));
    }

    private IEnumerable<TrainingPair> OfSpeech(IEnumerable<SpeechPair> pairs)
    {
        _check.RequireKind(areSpeech: true);
        return pairs.Select(static pair => new TrainingPair(pair));
    }

    private Evaluation Evaluate(IEnumerable<TrainingPair> pairs, CancellationToken cancellationToken)
    {
        var evaluation = default(Evaluation);
        VisitAverage(run => evaluation = _evaluation.Evaluate(run.Engine, pairs, cancellationToken));
        return evaluation;
    }

    private static async IAsyncEnumerable<TrainingPair> Asynchronous(IEnumerable<TrainingPair> pairs)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (TrainingPair pair in pairs)
        {
            yield return pair;
        }
    }

    private IAsyncEnumerable<TrainingReport> TrainAsync(IAsyncEnumerable<TrainingPair> pairs, long? count, IEnumerable<TrainingPair>? validation, CancellationToken cancellationToken) =>
        _options.EarlyStopping is { Metric: null } && validation is null
            ? throw new ArgumentException(
                $"{nameof(TrainingOptions.EarlyStopping)} goes by the loss of validation pairs, and there are none. Give some, or a {nameof(EarlyStoppingRule.Metric)}.", nameof(validation))
            : EnumerateAsync(pairs, count, validation, cancellationToken);

    private async IAsyncEnumerable<TrainingReport> EnumerateAsync(
        IAsyncEnumerable<TrainingPair> pairs, long? count, IEnumerable<TrainingPair>? validation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isEnumerated, 1) == 1)
        {
            throw new InvalidOperationException("This trainer trains already: another enumeration of it has not ended. End it first, or make another trainer.");
        }

        var stream = new BatchStream(pairs, _check, _options, _progress.Position);
        try
        {
            _step.Begin();
            await Task.Run(() => Visit(() => Run()), cancellationToken).ConfigureAwait(false);
            var clock = new TrainingClock(_options, count);
            for (TrainingEnd? end = End(); end is null;)
            {
                if (!_step.IsGathered)
                {
                    await stream.ReadAsync(cancellationToken).ConfigureAwait(false);
                }

                clock.Start(_progress, stream);
                bool isDue = await Task.Run(() => Steps(stream, clock, cancellationToken), cancellationToken).ConfigureAwait(false);
                if (!isDue)
                {
                    continue;
                }

                end = End();
                TrainingReport report = clock.Report(_progress, stream, end);
                bool validates = (validation is not null || _options.EarlyStopping?.Metric is not null) && (end is not null || clock.IsValidationDue);
                if (validates)
                {
                    report = await ValidatedAsync(report, validation, cancellationToken).ConfigureAwait(false);
                    end = report.End;
                }

                BeginReport();
                yield return report;
            }
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            Volatile.Write(ref _isEnumerated, 0);
        }
    }

    /// <summary>Why there is no further step; <see langword="null"/> where there is.</summary>
    private TrainingEnd? End() =>
        _progress.Step >= _options.MaxSteps ? TrainingEnd.Steps
        : _progress.Position.Epoch >= _options.Epochs ? TrainingEnd.Epochs
        : null;

    /// <summary>Takes steps until a report is due, or pairs have to be read.</summary>
    /// <returns>Whether a report is due.</returns>
    private bool Steps(BatchStream stream, TrainingClock clock, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                // Whoever wants to save or to see something goes first.
                while (Volatile.Read(ref _visitors) > 0)
                {
                    Thread.Sleep(1);
                }

                lock (_gate)
                {
                    ObjectDisposedException.ThrowIf(_isDisposed, this);
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!_step.Gather(stream, ref _progress))
                    {
                        return false;
                    }

                    _step.Take(Run(), stream, ref _progress, cancellationToken);

                    if (clock.IsReportDue(_progress) || End() is not null)
                    {
                        return true;
                    }
                }
            }
        }
        finally
        {
            clock.Computed += Stopwatch.GetElapsedTime(started);
        }
    }

    /// <summary>Adds what validation says to a report.</summary>
    private async ValueTask<TrainingReport> ValidatedAsync(TrainingReport report, IEnumerable<TrainingPair>? validation, CancellationToken cancellationToken)
    {
        if (validation is not null)
        {
            report = report with { Validation = await Task.Run(() => Evaluate(validation, cancellationToken), cancellationToken).ConfigureAwait(false) };
        }

        double value = report.Validation?.Loss ?? double.NaN;
        EarlyStoppingRule? rule = _options.EarlyStopping;
        if (rule?.Metric is { } metric)
        {
            value = await metric(this, cancellationToken).ConfigureAwait(false);
            report = report with { Metric = value };
        }

        double gain = rule is { IsHigherBetter: true } ? value - _progress.Best : _progress.Best - value;
        bool isBest = !double.IsNaN(value) && (double.IsNaN(_progress.Best) || gain > (rule?.LeastGain ?? 0));
        _progress.SinceBest = isBest ? 0 : _progress.SinceBest + 1;
        _progress.Best = isBest ? value : _progress.Best;
        return report with { IsBest = isBest, End = report.End ?? (rule is not null && _progress.SinceBest >= rule.Patience ? TrainingEnd.EarlyStopping : null) };
    }

    private void BeginReport()
    {
        _progress.Loss = 0;
        _progress.Tokens = 0;
    }

    /// <summary>The weights in training; new ones where there are none yet.</summary>
    private TrainingRun Run() => _run ??= NewRun(TrainingParameters.Initialize(_model, (ulong)_options.Seed));

    private TrainingRun NewRun(TrainingParameters parameters) => new(parameters, _options, _createEngine, _workers);

    private void Begin(TrainingParameters parameters)
    {
        TrainingRun run = NewRun(parameters);
        _run?.Dispose();
        _run = run;
        _progress = new TrainingProgress();
    }

    /// <summary>Does something while no step is computed.</summary>
    private void Visit(Action visit)
    {
        RefuseFromWithin();
        Interlocked.Increment(ref _visitors);
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                try
                {
                    visit();
                }
                finally
                {
                    FreeIfDisposed();
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _visitors);
        }
    }

    /// <summary>Does something with the weights that are evaluated and saved.</summary>
    private void VisitAverage(Action<TrainingRun> visit) => Visit(() => Run().WithAverage(visit));

    private static void RefuseOther(TensorDataType type)
    {
        if (type is not (TensorDataType.Float32 or TensorDataType.Float16 or TensorDataType.BFloat16))
        {
            throw new ArgumentOutOfRangeException(
                nameof(type), type, $"Weights are saved as {nameof(TensorDataType.Float32)}, {nameof(TensorDataType.Float16)} or {nameof(TensorDataType.BFloat16)}.");
        }
    }

    private void RefuseWhileTraining()
    {
        if (Volatile.Read(ref _isEnumerated) == 1)
        {
            throw new InvalidOperationException("This trainer trains: an enumeration of it has not ended. Other weights cannot take the place of those in training; end it first.");
        }
    }

    /// <summary>Refuses a call by what this itself calls while it holds the weights, such as pairs that are being evaluated.</summary>
    private void RefuseFromWithin()
    {
        if (Monitor.IsEntered(_gate))
        {
            throw new InvalidOperationException("The trainer was called by what it is calling: pairs, streams and engines cannot use the trainer that reads them.");
        }
    }
}
