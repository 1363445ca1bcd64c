using System.ComponentModel;
using KernelGen.Execution;

namespace KernelGen.Training;

/// <summary>Computes the loss of batches and its gradients with the kernels of one instruction set. Made by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class TrainingEngine : IDisposable
{
    private protected TrainingEngine()
    {
    }

    /// <summary>Makes an engine.</summary>
    /// <typeparam name="TKernels">The generated kernels.</typeparam>
    /// <param name="parameters">The weights, and room for their gradients.</param>
    /// <param name="workers">The threads that share the work.</param>
    public static TrainingEngine Create<TKernels>(TrainingParameters parameters, WorkerThreads workers)
        where TKernels : struct, ITrainingKernels => new GradientEngine<TKernels>(parameters, workers);

    /// <summary>Computes the loss of a batch, and the gradient of each weight into <see cref="TrainingParameters.Gradients"/>.</summary>
    /// <param name="batch">The pairs; every token is one of the model's, and every length at least 1 and at most the model's longest.</param>
    /// <param name="pass">How.</param>
    /// <returns>The sum of the losses of all target tokens, not scaled.</returns>
    internal abstract double Accumulate(PairBatch batch, in TrainingPass pass);

    /// <summary>Computes the loss of a batch without dropout, and how many target tokens the model would choose.</summary>
    /// <param name="batch">The pairs.</param>
    /// <param name="smoothing">The smoothing of the cross-entropy.</param>
    /// <returns>The sum of the losses, and the number of target tokens that have the highest logit.</returns>
    internal abstract (double Loss, int Right) Evaluate(PairBatch batch, float smoothing);

    /// <summary>Frees the memory of activations.</summary>
    public abstract void Dispose();
}
