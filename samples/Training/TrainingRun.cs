using KernelGen.Checkpoints;
using KernelGen.Training;

namespace KernelGen.Samples.Training;

/// <summary>
/// A run of training in a folder, which the best model so far is saved in, a log and its picture, and the state from which an interrupted run goes on.
/// </summary>
/// <param name="folder">The folder; it is made where it is not there.</param>
/// <param name="metricName">What the metric of the validation is, in a word or two.</param>
/// <param name="error">Where progress is told.</param>
internal sealed class TrainingRun(string folder, string metricName, TextWriter error)
{
    private readonly string _state = Path.Combine(folder, "training.state");
    private readonly string _log = Path.Combine(folder, "training.csv");
    private readonly string _curve = Path.Combine(folder, "training.svg");

    /// <summary>The file of the best model so far: weights in half precision.</summary>
    public string ModelPath { get; } = Path.Combine(folder, "model.safetensors");

    /// <summary>The weights of a trainer as they would be saved now, to be loaded and scored.</summary>
    public static Stream Weights(Trainer trainer)
    {
        var weights = new MemoryStream();
        trainer.Save(weights);
        weights.Position = 0;
        return weights;
    }

    /// <summary>Trains to the end, or goes on where a run in the folder was interrupted.</summary>
    /// <param name="trainer">The trainer, whose options say when to validate, and what the metric is.</param>
    /// <param name="steps">The number of all steps.</param>
    /// <param name="pairs">What to learn.</param>
    /// <param name="validation">What to validate with.</param>
    /// <param name="cancellationToken">Interrupts, after the state is saved.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public Task RunAsync(Trainer trainer, long steps, IEnumerable<TokenPair> pairs, IEnumerable<TokenPair> validation, CancellationToken cancellationToken) =>
        RunAsync(trainer, steps, () => trainer.TrainAsync(pairs, validation, cancellationToken));

    /// <inheritdoc cref="RunAsync(Trainer, long, IEnumerable{TokenPair}, IEnumerable{TokenPair}, CancellationToken)"/>
    public Task RunAsync(Trainer trainer, long steps, IEnumerable<SpeechPair> pairs, IEnumerable<SpeechPair> validation, CancellationToken cancellationToken) =>
        RunAsync(trainer, steps, () => trainer.TrainAsync(pairs, validation, cancellationToken));

    private async Task RunAsync(Trainer trainer, long steps, Func<IAsyncEnumerable<TrainingReport>> train)
    {
        Directory.CreateDirectory(folder);
        bool goesOn = File.Exists(_state);
        if (goesOn)
        {
            trainer.ResumeState(_state);
            await error.WriteLineAsync($"The run goes on from {_state}, step {trainer.Step}.").ConfigureAwait(false);
        }

        var log = TrainingLog.Open(_log, goesOn ? trainer.Step : 0);
        var progress = new TrainingProgress(error, steps, metricName);
        try
        {
            await foreach (TrainingReport report in train().ConfigureAwait(false))
            {
                progress.Show(report);
                log.Add(report);
                if (report.IsBest)
                {
                    trainer.Save(ModelPath, TensorDataType.Float16);
                }

                if (report.Validation is not null)
                {
                    trainer.SaveState(_state);
                    await File.WriteAllTextAsync(_curve, LossCurve.Draw(log.Points), CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            trainer.SaveState(_state);
            await error.WriteLineAsync($"\nInterrupted after step {trainer.Step}; the same command goes on from there.").ConfigureAwait(false);
            throw;
        }
    }
}
