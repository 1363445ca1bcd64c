using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>
/// A linear layer, <c>y = x · W + b</c>, forwards and backwards: <c>dx = dy · Wᵀ</c>, <c>dW = xᵀ · dy</c>, <c>db = Σ dy</c>. Threads share rows of the result where there
/// are many, because what is done to rows before and behind is shared so, too, and columns; no sum is split. The rows that the layer of a convolution reads overlap; those of their gradient do not.
/// </summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class LinearPass<TKernels> : IPiecework, IDisposable
    where TKernels : struct, ITrainingKernels
{
    /// <summary>Pieces for each thread: a thread that is late leaves the others less to wait for.</summary>
    private const int PiecesOfThread = 4;

    /// <summary>The fewest rows for which weights are read, and transposed, once more: that is some percent of the product.</summary>
    private const int LeastRows = 256;

    /// <summary>Rows of the tallest tiles of every instruction set divide it.</summary>
    private const int TileRows = 12;

    private readonly TrainingParameters _parameters;
    private readonly TrainingShapes _shapes;
    private readonly WorkerThreads _workers;
    private readonly RowWork _rows;

    /// <summary>For each thread, transposed weights of a group of panels.</summary>
    private readonly NativeBlock _strips;

    private readonly long _stripLength;

    /// <summary>What a gradient is multiplied with has no bias.</summary>
    private readonly NativeBlock _noBias;

    private Direction _direction;
    private WeightSlot _slot = null!;
    private delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> _kernel;
    private float* _input;
    private float* _outputGradient;
    private float* _output;
    private int _count;
    private int _panels;
    private int _rowParts;
    private int _columnParts;
    private bool _accumulates;

    /// <summary>The linear layers of a model.</summary>
    public LinearPass(TrainingParameters parameters, WorkerThreads workers, RowWork rows)
    {
        _parameters = parameters;
        _shapes = TrainingShapes.Of(parameters.Recipe);
        _workers = workers;
        _rows = rows;
        int outputs = 0;
        int inputs = 0;
        foreach (WeightSlot slot in parameters.Recipe.Slots)
        {
            if (slot.IsLinear)
            {
                outputs = Math.Max(outputs, slot.Outputs);
                inputs = Math.Max(inputs, slot.Inputs);
            }
        }

        _stripLength = (long)PanelLayout.Group * PanelLayout.Width * outputs;
        _strips = new NativeBlock(_stripLength * workers.Count);
        _noBias = new NativeBlock(PanelLayout.RoundUp(inputs));
        new Span<float>(_noBias.Pointer, PanelLayout.RoundUp(inputs)).Clear();
    }

    private enum Direction
    {
        Forward,
        InputGradient,
        WeightGradient,
    }

    /// <summary><c>output = input · W + b</c>.</summary>
    /// <param name="slot">The layer.</param>
    /// <param name="input"><c>[rows, inputs]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="output"><c>[rows, outputs]</c>.</param>
    public void Forward(WeightSlot slot, float* input, int rows, float* output)
    {
        _kernel = TKernels.TrainingLinear(_shapes.ForwardOf(slot));
        _input = input;
        _output = output;
        Run(Direction.Forward, slot, rows, PanelLayout.Panels(slot.Outputs));
    }

    /// <summary><c>inputGradient = outputGradient · Wᵀ</c>.</summary>
    /// <param name="slot">The layer.</param>
    /// <param name="outputGradient"><c>[rows, outputs]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="inputGradient"><c>[rows, inputs]</c>.</param>
    public void InputGradient(WeightSlot slot, float* outputGradient, int rows, float* inputGradient)
    {
        _kernel = TKernels.TrainingLinear(_shapes.BackwardOf(slot));
        _outputGradient = outputGradient;
        _output = inputGradient;
        Run(Direction.InputGradient, slot, rows, PanelLayout.Panels(slot.Inputs));
    }

    /// <summary>The gradients of weight and bias.</summary>
    /// <param name="slot">The layer.</param>
    /// <param name="input"><c>[rows, inputs]</c>.</param>
    /// <param name="outputGradient"><c>[rows, outputs]</c>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="accumulates">Whether they are added to what is there.</param>
    public void WeightGradient(WeightSlot slot, float* input, float* outputGradient, int rows, bool accumulates)
    {
        LinearWeights gradient = _parameters.Gradients[slot];
        _input = input;
        _outputGradient = outputGradient;
        _output = (float*)gradient.Panels;
        _accumulates = accumulates;
        Run(Direction.WeightGradient, slot, rows, PanelLayout.Panels(slot.Outputs));
        _rows.SumColumns(rows, outputGradient, ModelLayout.RowStride(slot.Outputs), PanelLayout.RoundUp(slot.Outputs), accumulates, gradient.Bias);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _strips.Dispose();
        _noBias.Dispose();
    }

    /// <inheritdoc/>
    void IPiecework.Run(int piece, int thread)
    {
        int groups = PanelLayout.Groups(_panels);
        int column = piece % _columnParts;
        int first = (int)((long)groups * column / _columnParts) * PanelLayout.Group;
        int end = Math.Min((int)((long)groups * (column + 1) / _columnParts) * PanelLayout.Group, _panels);
        int row = FirstRow(piece / _columnParts);
        int rows = FirstRow((piece / _columnParts) + 1) - row;
        switch (_direction)
        {
            case Direction.Forward:
                float* input = _input + ((long)row * TrainingShapes.InputStrideOf(_slot));
                _kernel((byte*)input, rows, _parameters.Weights[_slot], null, _output + ((long)row * ModelLayout.RowStride(_slot.Outputs)), first, end);
                break;

            case Direction.InputGradient:
                InputGradient(row, rows, first, end, _strips.Pointer + (thread * _stripLength));
                break;

            case Direction.WeightGradient:
                TKernels.WeightGradient(
                    _input, TrainingShapes.InputStrideOf(_slot), _slot.Inputs, _outputGradient, ModelLayout.RowStride(_slot.Outputs), _count, _accumulates, _output, first, end);
                break;

            default:
                throw new InvalidOperationException($"There is no direction {_direction}.");
        }
    }

    private void Run(Direction direction, WeightSlot slot, int rows, int panels)
    {
        _direction = direction;
        _slot = slot;
        _count = rows;
        _panels = panels;
        _rowParts = direction == Direction.WeightGradient ? 1 : Math.Clamp(rows / LeastRows, 1, _workers.Count);
        _columnParts = _workers.Count == 1 ? 1 : Math.Min(PanelLayout.Groups(panels), PiecesOfThread * _workers.Count / _rowParts);
        _workers.Run(this, _rowParts * _columnParts);
    }

    /// <summary>Where a part of the rows begins.</summary>
    private int FirstRow(int part) => part == _rowParts ? _count : (int)((long)_count * part / _rowParts / TileRows * TileRows);

    /// <summary>A group of panels at a time is transposed, while it is read anyway, and multiplied while it is near.</summary>
    private void InputGradient(int row, int rows, int first, int end, float* strip)
    {
        float* outputGradient = _outputGradient + ((long)row * ModelLayout.RowStride(_slot.Outputs));
        float* inputGradient = _output + ((long)row * ModelLayout.RowStride(_slot.Inputs));
        float* weight = (float*)_parameters.Weights[_slot].Panels;
        for (int panel = first; panel < end; panel += PanelLayout.Group)
        {
            int stop = Math.Min(panel + PanelLayout.Group, end);

            // A kernel begins a last group that is not full some panels earlier.
            int start = Math.Max(0, Math.Min(panel, stop - PanelLayout.Group));
            PanelTransposition.Transpose(weight, _slot.Inputs, _slot.Outputs, start, stop, strip);
            long before = (long)start * _slot.Outputs * PanelLayout.Width;
            _kernel((byte*)outputGradient, rows, new LinearWeights(_noBias.Pointer, null, (byte*)(strip - before)), null, inputGradient, panel, stop);
        }
    }
}
