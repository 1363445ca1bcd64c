using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>
/// A feed-forward block, <c>y = dropout(activation(x · W1 + b1)) · W2 + b2</c>, forwards and backwards. What comes out of the first linear layer is kept; the activation is
/// computed again in the backward pass, which costs less than the memory.
/// </summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class FeedForwardPass<TKernels>(ModelDescription model, LinearPass<TKernels> linear, RowWork rowWork, WorkerThreads workers) : SharedRange(workers)
    where TKernels : struct, ITrainingKernels
{
    /// <summary>Rows that a thread takes at a time.</summary>
    private const int RowsAtOnce = 32;

    private readonly int _stride = model.FeedForwardStride;
    private bool _isForward;
    private float* _wide;
    private float* _activated;
    private int _wideStride;

    /// <summary>Runs a block.</summary>
    /// <param name="slots">The weights.</param>
    /// <param name="input"><c>[rows, model dimension]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="site">Which activations drop out.</param>
    /// <param name="wide">Receives what comes out of the first linear layer; kept for the backward pass.</param>
    /// <param name="activated">Room for <c>[rows, feed-forward dimension]</c>.</param>
    /// <param name="output"><c>[rows, model dimension]</c>.</param>
    public void Forward(in SublayerSlots slots, float* input, int rows, DropoutSite site, float* wide, float* activated, float* output)
    {
        linear.Forward(slots.Input, input, rows, wide);
        Activate(slots.Input, wide, rows, site, activated);
        linear.Forward(slots.Result, activated, rows, output);
    }

    /// <summary>The gradients of a block.</summary>
    /// <param name="slots">The weights.</param>
    /// <param name="input">What it was given.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="site">Which activations dropped out.</param>
    /// <param name="wide">What came out of the first linear layer; becomes its gradient.</param>
    /// <param name="outputGradient"><c>[rows, model dimension]</c>.</param>
    /// <param name="activated">Room for <c>[rows, feed-forward dimension]</c>.</param>
    /// <param name="accumulates">Whether gradients of weights are added to what is there.</param>
    /// <param name="inputGradient">Receives the gradient of the input.</param>
    public void Backward(
        in SublayerSlots slots, float* input, int rows, DropoutSite site, float* wide, float* outputGradient, float* activated, bool accumulates, float* inputGradient)
    {
        Activate(slots.Input, wide, rows, site, activated);
        linear.WeightGradient(slots.Result, activated, outputGradient, rows, accumulates);
        linear.InputGradient(slots.Result, outputGradient, rows, activated);
        rowWork.Drop(activated, activated, rows, _stride, site);
        _isForward = false;
        Run(slots.Input, wide, rows, activated);
        linear.WeightGradient(slots.Input, input, wide, rows, accumulates);
        linear.InputGradient(slots.Input, wide, rows, inputGradient);
    }

    /// <inheritdoc/>
    protected override void Run(int first, int end)
    {
        int rows = end - first;
        float* wide = _wide + ((long)first * _wideStride);
        float* activated = _activated + ((long)first * _stride);
        if (_isForward)
        {
            TKernels.Activate(wide, rows, activated);
        }
        else
        {
            TKernels.ActivationGradient(wide, rows, activated, wide);
        }
    }

    private void Activate(WeightSlot expand, float* wide, int rows, DropoutSite site, float* activated)
    {
        _isForward = true;
        Run(expand, wide, rows, activated);
        rowWork.Drop(activated, activated, rows, _stride, site);
    }

    private void Run(WeightSlot expand, float* wide, int rows, float* activated)
    {
        _wide = wide;
        _activated = activated;
        _wideStride = ModelLayout.RowStride(expand.Outputs);
        ShareRows(rows, RowsAtOnce);
    }
}
