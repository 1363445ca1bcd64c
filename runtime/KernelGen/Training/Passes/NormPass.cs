using KernelGen.Execution;
using KernelGen.Layout;

namespace KernelGen.Training;

/// <summary>Norms, forwards and backwards.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class NormPass<TKernels>(ModelDescription model, WorkerThreads workers, RowWork rowWork) : SharedRange(workers)
    where TKernels : struct, ITrainingKernels
{
    /// <summary>Rows that a thread takes at a time.</summary>
    private const int RowsAtOnce = 64;

    private readonly int _stride = model.ModelStride;
    private bool _isForward;
    private float* _input;
    private float* _norm;
    private float* _outputGradient;
    private float* _output;
    private float* _statistics;

    /// <summary>Normalises rows.</summary>
    /// <param name="input"><c>[rows, model dimension]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="norm">γ and β.</param>
    /// <param name="output"><c>[rows, model dimension]</c>; may be the input.</param>
    public void Forward(float* input, int rows, float* norm, float* output)
    {
        _isForward = true;
        Run(input, rows, norm, output);
    }

    /// <summary>The gradients of a norm's input, and of γ and β.</summary>
    /// <param name="input">What was normalised.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="norm">γ and β.</param>
    /// <param name="outputGradient"><c>[rows, model dimension]</c>.</param>
    /// <param name="inputGradient"><c>[rows, model dimension]</c>; another place than the gradient of the outputs.</param>
    /// <param name="statistics">Room for two floats of each row.</param>
    /// <param name="accumulates">Whether the gradients of γ and β are added to what is there.</param>
    /// <param name="normGradient">The gradients of γ and β.</param>
    public void Backward(
        float* input, int rows, float* norm, float* outputGradient, float* inputGradient, float* statistics, bool accumulates, float* normGradient)
    {
        _isForward = false;
        _outputGradient = outputGradient;
        _statistics = statistics;
        Run(input, rows, norm, inputGradient);
        rowWork.SumNorm(
            rows,
            input,
            outputGradient,
            _stride,
            statistics,
            PanelLayout.RoundUp(model.ModelDimension),
            model.Normalization == Normalization.LayerNorm,
            accumulates,
            normGradient);
    }

    /// <inheritdoc/>
    protected override void Run(int first, int end)
    {
        int rows = end - first;
        long offset = (long)first * _stride;
        if (_isForward)
        {
            TKernels.Norm(_input + offset, rows, _norm, _output + offset);
        }
        else
        {
            TKernels.NormGradient(_input + offset, rows, _norm, _outputGradient + offset, _output + offset, _statistics + (2L * first));
        }
    }

    private void Run(float* input, int rows, float* norm, float* output)
    {
        _input = input;
        _norm = norm;
        _output = output;
        ShareRows(rows, RowsAtOnce);
    }
}
