using KernelGen.Numerics;

namespace KernelGen.Training;

/// <summary>One step after the other: gathers the batches of a step, and changes the weights by their gradients.</summary>
/// <param name="options">How to train.</param>
/// <param name="dropout">What drops out, without the key of a step.</param>
internal sealed class TrainingStep(TrainingOptions options, Dropout dropout)
{
    /// <summary>So many steps in a row that are not finite are no accident.</summary>
    private const int MostSkippedInARow = 100;

    private readonly PairBatch[] _batches = new PairBatch[options.GradientAccumulation];
    private int _gathered;

    /// <summary>Whether all batches of a step are gathered.</summary>
    public bool IsGathered => _gathered == _batches.Length;

    /// <summary>Forgets batches that are gathered.</summary>
    public void Begin() => _gathered = 0;

    /// <summary>Takes the batches of a step.</summary>
    /// <returns>Whether they are complete; otherwise pairs have to be read. At the end there may be fewer than usual, or none.</returns>
    public bool Gather(BatchStream stream, ref TrainingProgress progress)
    {
        for (; _gathered < _batches.Length; _gathered++)
        {
            if (stream.Position.Epoch >= options.Epochs)
            {
                progress.Position = stream.Position;
                return true;
            }

            if (!stream.TryTake(_batches[_gathered] ??= new PairBatch()))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes a step with the batches that are gathered; nothing where there are none.</summary>
    public void Take(TrainingRun run, BatchStream stream, ref TrainingProgress progress, CancellationToken cancellationToken)
    {
        if (_gathered == 0)
        {
            return;
        }

        int tokens = 0;
        for (int i = 0; i < _gathered; i++)
        {
            tokens += _batches[i].Labels.Length;
        }

        double loss = 0;
        long attempt = progress.Step + progress.Skipped;
        for (int i = 0; i < _gathered; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ulong key = Philox.Next((ulong)options.Seed, (ulong)attempt, RandomStreams.Dropout | (uint)i);
            var pass = new TrainingPass
            {
                GradientScale = 1f / tokens,
                LabelSmoothing = (float)options.LabelSmoothing,
                Dropout = dropout with { Key = key },
                Accumulates = i > 0,
            };
            loss += run.Engine.Accumulate(_batches[i], in pass);
        }

        double norm = run.GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            LeaveOut(run, loss, ref progress);
        }
        else
        {
            long step = progress.Step + 1;
            run.Update(step, options.LearningRate.At(step), GradientNorm.ScaleOf(norm, options.MaxGradientNorm));
            progress.Step = step;
            progress.SkippedInARow = 0;
            progress.Loss += loss;
            progress.Tokens += tokens;
            progress.GradientNorm = norm;
            if (run.Last is { } last && step % options.AverageEvery == 0)
            {
                last.Take();
            }
        }

        _gathered = 0;
        progress.Position = stream.Position;
    }

    /// <summary>Leaves out a step whose loss or gradient is not finite, or stops.</summary>
    private void LeaveOut(TrainingRun run, double loss, ref TrainingProgress progress)
    {
        string? name = run.FindNonFinite()?.Name;
        string what = name is null ? "" : $" the gradient of '{name}' is not finite";
        string value = double.IsNaN(loss) ? "NaN" : "infinite";
        what = double.IsFinite(loss) ? what : name is null ? $" the loss is {value}" : $" the loss is {value}, and{what}";
        string advice = "Lower the learning rate, lengthen its warm-up, or limit the norm of gradients with MaxGradientNorm.";
        if (options.OnNonFinite == NonFiniteStep.Stop)
        {
            throw new NonFiniteException($"In step {progress.Step + 1}{what}. The weights are those of step {progress.Step}. {advice}", name);
        }

        progress.Skipped++;
        progress.SkippedInARow++;
        if (progress.SkippedInARow >= MostSkippedInARow)
        {
            throw new NonFiniteException(
                $"{MostSkippedInARow} steps in a row were left out after step {progress.Step}: in the last{what}. The weights are those of step {progress.Step}. {advice}", name);
        }
    }
}
