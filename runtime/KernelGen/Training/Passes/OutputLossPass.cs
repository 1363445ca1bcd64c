using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>
/// The output projection with its loss, forwards and backwards at once, in blocks of rows: the logits of a batch never exist together. The logits of a block become
/// their gradient in place.
/// </summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class OutputLossPass<TKernels> : SharedRange, IDisposable
    where TKernels : struct, ITrainingKernels
{
    /// <summary>Logits of a block at most, 32 MiB: so many rows that weights and their gradients, which each block reads anew, are not what costs.</summary>
    private const int MostLogits = 8 << 20;

    /// <summary>The most rows of a block, and the fewest.</summary>
    private const int MostRows = 512;

    private const int LeastRows = 32;

    /// <summary>Rows that a thread takes at a time.</summary>
    private const int RowsAtOnce = 4;

    private readonly ModelDescription _model;
    private readonly LinearPass<TKernels> _linear;
    private readonly WeightSlot _slot;
    private readonly int _stride;
    private readonly int _blockRows;
    private NativeBlock? _logits;
    private NativeBlock? _losses;
    private int[] _labels = [];
    private int _first;
    private float _smoothing;
    private float _scale;
    private bool _countsRight;
    private int _right;

    /// <summary>The output projection of a model.</summary>
    public OutputLossPass(TrainingParameters parameters, LinearPass<TKernels> linear, WorkerThreads workers)
        : base(workers)
    {
        _model = parameters.Description;
        _linear = linear;
        _slot = parameters.Recipe.OutputSlot;
        _stride = ModelLayout.RowStride(_slot.Outputs);
        _blockRows = Math.Clamp(MostLogits / _stride, LeastRows, MostRows);
    }

    /// <summary>The loss of all rows, and its gradients.</summary>
    /// <param name="input"><c>[rows, model dimension]</c>: the decoder's output.</param>
    /// <param name="labels">The right token of each row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="smoothing">The smoothing of the cross-entropy.</param>
    /// <param name="scale">What gradients are multiplied with.</param>
    /// <param name="accumulates">Whether gradients of weights are added to what is there.</param>
    /// <param name="inputGradient">Receives the gradient of the decoder's output.</param>
    /// <returns>The sum of the losses, not scaled.</returns>
    public double Run(float* input, int[] labels, int rows, float smoothing, float scale, bool accumulates, float* inputGradient)
    {
        _countsRight = false;
        double loss = 0;
        for (int first = 0; first < rows; first += _blockRows)
        {
            int count = Math.Min(_blockRows, rows - first);
            loss += BlockLoss(input + ((long)first * _model.ModelStride), labels, first, count, smoothing, scale);
            float* gradient = _logits!.Pointer;
            _linear.InputGradient(_slot, gradient, count, inputGradient + ((long)first * _model.ModelStride));
            _linear.WeightGradient(_slot, input + ((long)first * _model.ModelStride), gradient, count, accumulates || first > 0);
        }

        return loss;
    }

    /// <summary>The loss of all rows, and how many of them have the right token before all others.</summary>
    /// <param name="input"><c>[rows, model dimension]</c>: the decoder's output.</param>
    /// <param name="labels">The right token of each row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="smoothing">The smoothing of the cross-entropy.</param>
    public (double Loss, int Right) Evaluate(float* input, int[] labels, int rows, float smoothing)
    {
        _countsRight = true;
        _right = 0;
        double loss = 0;
        for (int first = 0; first < rows; first += _blockRows)
        {
            loss += BlockLoss(input + ((long)first * _model.ModelStride), labels, first, Math.Min(_blockRows, rows - first), smoothing, scale: 0);
        }

        return (loss, _right);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _logits?.Dispose();
        _losses?.Dispose();
    }

    /// <inheritdoc/>
    protected override void Run(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            float* logits = _logits!.Pointer + ((long)row * _stride);
            int label = _labels[_first + row];
            if (_countsRight && TKernels.ArgMax(logits) == label)
            {
                Interlocked.Increment(ref _right);
            }

            _losses!.Pointer[row] = TKernels.CrossEntropy(logits, label, _smoothing, _scale);
        }
    }

    private double BlockLoss(float* input, int[] labels, int first, int rows, float smoothing, float scale)
    {
        if (_losses is null || _losses.Length < rows)
        {
            _logits?.Dispose();
            _losses?.Dispose();
            _losses = null;
            _logits = new NativeBlock((long)rows * _stride);
            _losses = new NativeBlock(rows);
        }

        _labels = labels;
        _first = first;
        _smoothing = smoothing;
        _scale = scale;
        _linear.Forward(_slot, input, rows, _logits!.Pointer);
        ShareRows(rows, RowsAtOnce);

        // In the order of the rows, whichever thread computed them.
        double loss = 0;
        for (int row = 0; row < rows; row++)
        {
            loss += _losses!.Pointer[row];
        }

        return loss;
    }
}
