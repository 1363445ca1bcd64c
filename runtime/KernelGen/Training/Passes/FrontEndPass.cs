using System.Numerics;
using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>
/// What makes the rows that the encoder's layers read of frames, forwards and backwards: convolutions, which are linear layers over windows of rows, the function behind each, and positions, which are
/// not trained. The gradient of a row that several windows read is the sum of theirs. Each sequence has rows of zeros of its own on either side.
/// </summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class FrontEndPass<TKernels> : SharedRange
    where TKernels : struct, ITrainingKernels
{
    private readonly ModelDescription _model;
    private readonly PackedStack _weights;
    private readonly LinearPass<TKernels> _linear;
    private readonly WeightSlot[] _slots;
    private readonly Level[] _levels;
    private int _sequences;
    private int[] _positionStarts = [];
    private Operation _operation;
    private int _number;
    private float* _from;
    private float* _to;

    /// <param name="parameters">Weights and gradients.</param>
    /// <param name="linear">What computes linear layers.</param>
    /// <param name="workers">The threads that share the work.</param>
    public FrontEndPass(TrainingParameters parameters, LinearPass<TKernels> linear, WorkerThreads workers)
        : base(workers)
    {
        _model = parameters.Description;
        _weights = parameters.Weights.Encoder;
        _linear = linear;
        _slots = [.. parameters.Recipe.Convolutions];
        _levels = [.. _slots.Select(static slot => new Level(slot))];
    }

    private enum Operation
    {
        Activate,
        ActivationGradient,
        AddWindows,
        AddPositions,
    }

    /// <summary>Takes over how long the sources of a batch are.</summary>
    /// <param name="batch">The pairs.</param>
    public void Measure(PairBatch batch)
    {
        _sequences = batch.Pairs;
        ReusedArray.Grow(ref _positionStarts, _sequences + 1);
        foreach (Level level in _levels)
        {
            level.Clear(_sequences);
        }

        for (int sequence = 0; sequence < _sequences; sequence++)
        {
            int rows = batch.Frames(sequence).Length / _model.SourceChannels;
            foreach (Level level in _levels)
            {
                rows = level.Add(sequence, rows);
            }

            _positionStarts[sequence + 1] = _positionStarts[sequence] + rows;
        }
    }

    /// <summary>Takes memory.</summary>
    public void Take(ref ActivationMemory memory)
    {
        for (int i = 0; i < _levels.Length; i++)
        {
            Level level = _levels[i];
            level.Input = memory.Take(level.InputLength, 1);
            level.Sums = memory.Take(RowsBehind(i), _model.ModelStride);
            level.Windows = i == 0 ? null : memory.Take(RowsBehind(i), ModelLayout.RowStride(level.Slot.Inputs));
        }
    }

    /// <summary>Copies the frames of a batch, and sets the rows around those of each sequence to zero.</summary>
    public void Read(PairBatch batch)
    {
        int channels = _model.SourceChannels;
        int stride = _levels[0].RowStride;
        for (int sequence = 0; sequence < _sequences; sequence++)
        {
            foreach (Level level in _levels)
            {
                level.Pad(sequence);
            }

            ReadOnlySpan<float> frames = batch.Frames(sequence);
            float* row = _levels[0].FirstRow(sequence);
            for (int start = 0; start < frames.Length; start += channels, row += stride)
            {
                frames.Slice(start, channels).CopyTo(new Span<float>(row, stride));
                new Span<float>(row + channels, stride - channels).Clear();
            }
        }
    }

    /// <summary>Computes what the encoder's layers read.</summary>
    /// <param name="output"><c>[positions, model dimension]</c>.</param>
    public void Forward(float* output)
    {
        for (int i = 0; i < _levels.Length; i++)
        {
            Level level = _levels[i];
            for (int sequence = 0; sequence < _sequences; sequence++)
            {
                (int first, int rows) = RowsBehind(i, sequence);
                _linear.Forward(level.Slot, level.Start(sequence), rows, level.Sums + ((long)first * _model.ModelStride));
            }

            _to = output;
            Share(Operation.Activate, i);
        }

        _to = output;
        Share(Operation.AddPositions, 0);
    }

    /// <summary>Computes the gradients of the convolutions.</summary>
    /// <param name="gradient">The gradient of what came out.</param>
    /// <param name="accumulates">Whether gradients of weights are added to what is there.</param>
    public void Backward(float* gradient, bool accumulates)
    {
        for (int i = _levels.Length - 1; i >= 0; i--)
        {
            // What came out of a convolution becomes its gradient.
            Level level = _levels[i];
            _from = gradient;
            Share(Operation.ActivationGradient, i);
            for (int sequence = 0; sequence < _sequences; sequence++)
            {
                (int first, int rows) = RowsBehind(i, sequence);
                _linear.WeightGradient(level.Slot, level.Start(sequence), level.Sums + ((long)first * _model.ModelStride), rows, accumulates || sequence > 0);
            }

            if (i > 0)
            {
                _linear.InputGradient(level.Slot, level.Sums, RowsBehind(i), level.Windows);
                Share(Operation.AddWindows, i);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Run(int first, int end)
    {
        for (int sequence = first; sequence < end; sequence++)
        {
            switch (_operation)
            {
                case Operation.Activate:
                    Activate(sequence);
                    break;

                case Operation.ActivationGradient:
                    ActivationGradient(sequence);
                    break;

                case Operation.AddWindows:
                    AddWindows(sequence);
                    break;

                case Operation.AddPositions:
                    AddPositions(sequence);
                    break;

                default:
                    throw new InvalidOperationException($"There is no operation {_operation}.");
            }
        }
    }

    private void Share(Operation operation, int number)
    {
        _operation = operation;
        _number = number;
        ShareRows(_sequences, 1);
    }

    /// <summary>The rows behind a convolution, of all sequences.</summary>
    private int RowsBehind(int number) => number + 1 < _levels.Length ? _levels[number + 1].Rows(_sequences) : _positionStarts[_sequences];

    /// <summary>The rows behind a convolution: where those of a sequence begin among all, and how many they are.</summary>
    private (int First, int Count) RowsBehind(int number, int sequence)
    {
        int first = number + 1 < _levels.Length ? _levels[number + 1].Rows(sequence) : _positionStarts[sequence];
        int end = number + 1 < _levels.Length ? _levels[number + 1].Rows(sequence + 1) : _positionStarts[sequence + 1];
        return (first, end - first);
    }

    private void Activate(int sequence)
    {
        Outcome rows = OutcomeOf(sequence, _to);
        for (int row = 0; row < rows.Count; row++)
        {
            TKernels.ActivateConvolved(rows.Sums(row), rows.Width, rows.Activated(row));
        }
    }

    private void ActivationGradient(int sequence)
    {
        Outcome rows = OutcomeOf(sequence, _from);
        for (int row = 0; row < rows.Count; row++)
        {
            TKernels.ConvolvedGradient(rows.Sums(row), rows.Width, rows.Activated(row), rows.Sums(row));
        }
    }

    /// <summary>What comes out of a convolution for a sequence.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="last">What the function behind the last convolution writes, of all sequences, or its gradient.</param>
    private Outcome OutcomeOf(int sequence, float* last)
    {
        (int first, int count) = RowsBehind(_number, sequence);
        bool isLast = _number + 1 == _levels.Length;
        int width = PanelLayout.RoundUp(_model.ModelDimension);
        float* sums = _levels[_number].Sums + ((long)first * _model.ModelStride);
        return isLast
            ? new Outcome(count, width, sums, _model.ModelStride, last + ((long)first * _model.ModelStride), _model.ModelStride)
            : new Outcome(count, width, sums, _model.ModelStride, _levels[_number + 1].FirstRow(sequence), _levels[_number + 1].RowStride);
    }

    /// <summary>The gradient of each row that a convolution read, in the place of the row: the sum over the windows that have it, in their order.</summary>
    private void AddWindows(int sequence)
    {
        Level level = _levels[_number];
        Convolution convolution = level.Slot.Convolution!;
        (int firstWindow, int windows) = RowsBehind(_number, sequence);
        int stride = ModelLayout.RowStride(level.Slot.Inputs);
        int rows = level.Rows(sequence + 1) - level.Rows(sequence);
        float* sum = level.FirstRow(sequence);
        new Span<float>(sum, checked(rows * level.RowStride)).Clear();
        float* window = level.Windows + ((long)firstWindow * stride);
        for (int i = 0; i < windows; i++, window += stride)
        {
            int firstRow = (i * convolution.Step) - convolution.Padding;
            for (int tap = Math.Max(0, -firstRow); tap < convolution.Taps && firstRow + tap < rows; tap++)
            {
                Add(window + (tap * level.RowStride), sum + ((long)(firstRow + tap) * level.RowStride), level.RowStride);
            }
        }
    }

    private void AddPositions(int sequence)
    {
        int first = _positionStarts[sequence];
        int rows = _positionStarts[sequence + 1] - first;
        if (_weights.Positions != null)
        {
            Add(_weights.Positions, _to + ((long)first * _model.ModelStride), checked(rows * _model.ModelStride));
        }
    }

    /// <summary><c>sum += addend</c>.</summary>
    private static void Add(float* addend, float* sum, int length)
    {
        for (int i = 0; i < length; i += Vector<float>.Count)
        {
            *(Vector<float>*)(sum + i) += *(Vector<float>*)(addend + i);
        }
    }

    /// <summary>Rows behind a convolution: sums without its function, and with it; on the way back the gradients of both.</summary>
    private readonly struct Outcome(int count, int width, float* sums, int sumStride, float* activated, int activatedStride)
    {
        public int Count => count;

        /// <summary>The numbers in a row, rounded up to whole panels.</summary>
        public int Width => width;

        public float* Sums(int row) => sums + ((long)row * sumStride);

        public float* Activated(int row) => activated + ((long)row * activatedStride);
    }

    /// <summary>A convolution, and the rows of each sequence that it reads.</summary>
    private sealed class Level(WeightSlot slot)
    {
        private int[] _rows = [];
        private long[] _starts = [];

        public WeightSlot Slot => slot;

        /// <summary>From row to row of what it reads.</summary>
        public int RowStride => slot.Convolution!.RowStride;

        /// <summary>What it reads, the rows of zeros on either side of each sequence among it; on the way back its gradient.</summary>
        public float* Input { get; set; }

        /// <summary>What came out of it, without its function, <c>[rows, model dimension]</c>; on the way back its gradient.</summary>
        public float* Sums { get; set; }

        /// <summary>The gradients of the windows that it read; of the first convolution nothing.</summary>
        public float* Windows { get; set; }

        /// <summary>The floats of what it reads.</summary>
        public long InputLength { get; private set; }

        /// <summary>The rows of all sequences before one.</summary>
        public int Rows(int sequence) => _rows[sequence];

        public void Clear(int sequences)
        {
            ReusedArray.Grow(ref _rows, sequences + 1);
            ReusedArray.Grow(ref _starts, sequences + 1);
            InputLength = 0;
        }

        /// <summary>Adds the rows of a sequence.</summary>
        /// <returns>How many come out.</returns>
        public int Add(int sequence, int rows)
        {
            _rows[sequence + 1] = _rows[sequence] + rows;
            _starts[sequence] = InputLength;
            InputLength += slot.Convolution!.InputLength(rows);
            return slot.Convolution.RowsOf(rows);
        }

        /// <summary>Where a sequence begins, with its rows of zeros.</summary>
        public float* Start(int sequence) => Input + _starts[sequence];

        /// <summary>The first row of a sequence.</summary>
        public float* FirstRow(int sequence) => Start(sequence) + ((long)slot.Convolution!.Padding * RowStride);

        /// <summary>Sets what stands around the rows of a sequence to zero.</summary>
        public void Pad(int sequence)
        {
            int rows = _rows[sequence + 1] - _rows[sequence];
            long padding = (long)slot.Convolution!.Padding * RowStride;
            long end = padding + ((long)rows * RowStride);
            new Span<float>(Start(sequence), (int)padding).Clear();
            new Span<float>(Start(sequence) + end, (int)(slot.Convolution.InputLength(rows) - end)).Clear();
        }
    }
}
