using System.Numerics;
using KernelGen.Execution;
using KernelGen.Layout;

namespace KernelGen.Training;

/// <summary>
/// Multi-head attention, <c>dropout(softmax(q · kᵀ / √d)) · v</c>, forwards and backwards, one head of one sequence at a time. The probabilities are computed again in
/// the backward pass: with P the probabilities, M what drops out and O the gradient of the context,
/// <c>dv = (P ∘ M)ᵀ · O</c>, <c>dP = (O · vᵀ) ∘ M</c>, <c>dS = P ∘ (dP - Σ P ∘ dP)</c>, <c>dq = dS · k / √d</c>, <c>dk = dSᵀ · q / √d</c>.
/// </summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class AttentionPass<TKernels>(ModelDescription model, ModelLayout layout, WorkerThreads workers) : IPiecework, IDisposable
    where TKernels : struct, ITrainingKernels
{
    private readonly int _heads = model.Heads;
    private readonly int _width = model.HeadWidth;
    private readonly int _contextStride = model.AttentionStride;

    /// <summary>From row to row of scores.</summary>
    private readonly int _stride = layout.ScoreStride;

    private readonly float _scale = model.ScaleScores ? (float)(1 / Math.Sqrt(model.HeadDimension)) : 1;
    private NativeBlock? _scratch;
    private long _scratchLength;
    private int _longest;
    private AttentionCall _call;
    private bool _isForward;

    /// <summary>Computes the context of every row.</summary>
    public void Forward(in AttentionCall call)
    {
        _isForward = true;
        Run(in call);
    }

    /// <summary>Computes the gradients of queries, keys and values from that of the context, and adds that of relative positions to what is there.</summary>
    public void Backward(in AttentionCall call)
    {
        _isForward = false;
        Run(in call);
    }

    /// <inheritdoc/>
    public void Dispose() => _scratch?.Dispose();

    /// <inheritdoc/>
    void IPiecework.Run(int piece, int thread)
    {
        var scratch = new Scratch(_scratch!.Pointer + (thread * _scratchLength), _longest, _width, _stride);
        if (_call.PositionBias == null)
        {
            Run(piece / _heads, piece % _heads, in scratch);
            return;
        }

        // All sequences add to the gradient of a head's row of relative positions, in their order.
        for (int sequence = 0; sequence < _call.Queries.Count; sequence++)
        {
            Run(sequence, piece, in scratch);
        }
    }

    private void Run(in AttentionCall call)
    {
        _call = call;
        _longest = PanelLayout.RoundUpToCache(Math.Max(call.Queries.Longest, call.Positions.Longest));
        _scratchLength = Scratch.Length(_longest, _width, _stride);
        long needed = _scratchLength * workers.Count;
        if (_scratch is null || _scratch.Length < needed)
        {
            _scratch?.Dispose();
            _scratch = new NativeBlock(needed);
        }

        workers.Run(this, call.PositionBias == null ? call.Queries.Count * _heads : _heads);
        _call = default;
    }

    private void Run(int sequence, int head, in Scratch scratch)
    {
        int rows = _call.Queries.Length(sequence);
        int positions = _call.Positions.Length(sequence);
        if (_isForward)
        {
            Forward(sequence, head, rows, positions, in scratch);
        }
        else
        {
            Backward(sequence, head, rows, positions, in scratch);
        }
    }

    private void Forward(int sequence, int head, int rows, int positions, in Scratch scratch)
    {
        Probabilities(sequence, head, rows, positions, in scratch);
        Drop(sequence, head, rows, positions, scratch.Probabilities, scratch.Probabilities);
        Gather(_call.Rows.Value, _call.Rows.KeyStride, _call.Positions.First(sequence), head, positions, scratch.Values);
        TKernels.HeadWeightedSum(scratch.Probabilities, rows, positions, scratch.Values, scratch.Result);
        Scatter(scratch.Result, rows, _call.Context, _contextStride, _call.Queries.First(sequence), head);
    }

    private void Backward(int sequence, int head, int rows, int positions, in Scratch scratch)
    {
        int firstRow = _call.Queries.First(sequence);
        int firstPosition = _call.Positions.First(sequence);
        Probabilities(sequence, head, rows, positions, in scratch);
        Gather(_call.ContextGradient, _contextStride, firstRow, head, rows, scratch.Result);

        // The gradient of what the values were weighted with, and then of the probabilities.
        Transpose(_call.Rows.Value, _call.Rows.KeyStride, firstPosition, head, positions, scratch.Panels);
        TKernels.HeadScores(scratch.Result, rows, scratch.Panels, positions, scratch.Gradient);
        Drop(sequence, head, rows, positions, scratch.Gradient, scratch.Gradient);

        float* weights = scratch.Probabilities;
        if (_call.Dropout > 0)
        {
            weights = scratch.Dropped;
            Drop(sequence, head, rows, positions, scratch.Probabilities, weights);
        }

        TKernels.WeightGradient(weights, _stride, positions, scratch.Result, _width, rows, false, scratch.Panels, 0, _width / PanelLayout.Width);
        ScatterPanels(scratch.Panels, positions, _call.Gradients.Value, _call.Gradients.KeyStride, firstPosition, head);

        TKernels.SoftmaxGradient(scratch.Probabilities, scratch.Gradient, rows, positions, _scale);
        AddToPositionBias(head, rows, positions, scratch.Gradient);

        Gather(_call.Rows.Key, _call.Rows.KeyStride, firstPosition, head, positions, scratch.Values);
        TKernels.HeadWeightedSum(scratch.Gradient, rows, positions, scratch.Values, scratch.Result);
        Scatter(scratch.Result, rows, _call.Gradients.Query, _call.Gradients.QueryStride, firstRow, head);

        TKernels.WeightGradient(scratch.Gradient, _stride, positions, scratch.Queries, _width, rows, false, scratch.Panels, 0, _width / PanelLayout.Width);
        ScatterPanels(scratch.Panels, positions, _call.Gradients.Key, _call.Gradients.KeyStride, firstPosition, head);
    }

    /// <summary>The probabilities before any drops out; queries stay in scratch.</summary>
    private void Probabilities(int sequence, int head, int rows, int positions, in Scratch scratch)
    {
        Gather(_call.Rows.Query, _call.Rows.QueryStride, _call.Queries.First(sequence), head, rows, scratch.Queries);
        Transpose(_call.Rows.Key, _call.Rows.KeyStride, _call.Positions.First(sequence), head, positions, scratch.Panels);
        TKernels.HeadScores(scratch.Queries, rows, scratch.Panels, positions, scratch.Probabilities);
        AddPositionBias(head, rows, positions, scratch.Probabilities);
        if (!_call.IsCausal)
        {
            TKernels.Softmax(scratch.Probabilities, rows, positions, _stride, _scale);
            return;
        }

        int room = PanelLayout.RoundUp(positions);
        float* row = scratch.Probabilities;
        for (int i = 0; i < rows; i++, row += _stride)
        {
            TKernels.Softmax(row, 1, i + 1, _stride, _scale);
            int filled = PanelLayout.RoundUp(i + 1);
            new Span<float>(row + filled, room - filled).Clear();
        }
    }

    private void AddPositionBias(int head, int rows, int positions, float* scores)
    {
        if (_call.PositionBias == null)
        {
            return;
        }

        float* bias = _call.PositionBias + ((long)head * _call.PositionBiasStride);
        for (int row = 0; row < rows; row++, scores += _stride)
        {
            int visible = _call.IsCausal ? row + 1 : positions;
            for (int i = 0; i < visible; i += Vector<float>.Count)
            {
                *(Vector<float>*)(scores + i) += *(Vector<float>*)(bias - row + i);
            }
        }
    }

    private void AddToPositionBias(int head, int rows, int positions, float* gradient)
    {
        if (_call.PositionBiasGradient == null)
        {
            return;
        }

        float* bias = _call.PositionBiasGradient + ((long)head * _call.PositionBiasStride);
        for (int row = 0; row < rows; row++, gradient += _stride)
        {
            int visible = _call.IsCausal ? row + 1 : positions;
            for (int i = 0; i < visible; i += Vector<float>.Count)
            {
                *(Vector<float>*)(bias - row + i) += *(Vector<float>*)(gradient + i);
            }
        }
    }

    private void Drop(int sequence, int head, int rows, int positions, float* input, float* output)
    {
        if (_call.Dropout == 0)
        {
            return;
        }

        var site = new DropoutSite(_call.Dropout, _call.DropoutKey, _call.Place, ((long)sequence * _heads) + head);
        HeadRows.Drop(input, output, _stride, rows, positions, site);
    }

    /// <summary>Copies the rows of a head, so that they stand one behind the other.</summary>
    private void Gather(float* from, int stride, int firstRow, int head, int rows, float* to) =>
        HeadRows.Copy(from + ((long)firstRow * stride) + (head * _width), stride, rows, _width, to, _width);

    private void Scatter(float* from, int rows, float* to, int stride, int firstRow, int head) =>
        HeadRows.Copy(from, _width, rows, _width, to + ((long)firstRow * stride) + (head * _width), stride);

    private void ScatterPanels(float* panels, int rows, float* to, int stride, int firstRow, int head) =>
        HeadRows.CopyPanels(panels, rows, _width, to + ((long)firstRow * stride) + (head * _width), stride);

    private void Transpose(float* from, int stride, int firstRow, int head, int rows, float* panels) =>
        HeadRows.Transpose(from + ((long)firstRow * stride) + (head * _width), stride, rows, _width, panels);

    /// <summary>What the work on one head of one sequence needs.</summary>
    private readonly struct Scratch
    {
        public Scratch(float* start, int longest, int width, int stride)
        {
            long rows = (long)longest * width;
            long scores = (long)longest * stride;
            Queries = start;
            Values = Queries + rows;
            Result = Values + rows;
            Panels = Result + rows;
            Probabilities = Panels + rows;
            Gradient = Probabilities + scores;
            Dropped = Gradient + scores;
        }

        public float* Queries { get; }

        public float* Values { get; }

        public float* Result { get; }

        public float* Panels { get; }

        public float* Probabilities { get; }

        public float* Gradient { get; }

        public float* Dropped { get; }

        public static long Length(int longest, int width, int stride) => (4L * longest * width) + (3L * longest * stride);
    }
}
