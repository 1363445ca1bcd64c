using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>Computes losses and gradients: the encoder, the decoder, the loss, and all the way back.</summary>
/// <typeparam name="TKernels">The generated kernels.</typeparam>
internal sealed unsafe class GradientEngine<TKernels> : TrainingEngine
    where TKernels : struct, ITrainingKernels
{
    private readonly TrainingParameters _parameters;
    private readonly ModelDescription _model;
    private readonly PassTools<TKernels> _tools;
    private readonly FrontEndPass<TKernels>? _frontEnd;
    private readonly StackPass<TKernels> _encoder;
    private readonly StackPass<TKernels> _decoder;
    private NativeBlock? _memory;
    private float* _gradient;
    private float* _memoryGradient;
    private int[] _sourceTokens = [];
    private int[] _targetTokens = [];
    private int[] _labels = [];
    private int[] _sourceStarts = [];
    private int[] _targetStarts = [];

    /// <summary>An engine.</summary>
    public GradientEngine(TrainingParameters parameters, WorkerThreads workers)
    {
        _parameters = parameters;
        _model = parameters.Description;
        _tools = new PassTools<TKernels>(parameters, workers);
        _frontEnd = _model.IsSpeech ? new FrontEndPass<TKernels>(parameters, _tools.Linear, workers) : null;
        _encoder = new StackPass<TKernels>(parameters, Stack.Encoder, _tools, _frontEnd);
        _decoder = new StackPass<TKernels>(parameters, Stack.Decoder, _tools);
    }

    internal override double Accumulate(PairBatch batch, in TrainingPass pass)
    {
        (SequenceRows sources, SequenceRows targets) = Begin(batch);
        if (!pass.Accumulates)
        {
            ClearScattered();
        }

        StackPassCall encode = Encoder(sources, in pass);
        _encoder.Forward(in encode);
        new Span<float>(_memoryGradient, checked(sources.Total * _model.ModelStride)).Clear();
        StackPassCall decode = Decoder(sources, targets, in pass);
        _decoder.Forward(in decode);
        double loss = _tools.Output.Run(
            _decoder.Activations.Output, _labels, targets.Total, pass.LabelSmoothing, pass.GradientScale, pass.Accumulates, _gradient);
        _decoder.Backward(in decode, _gradient);
        _encoder.Backward(in encode, _memoryGradient);
        return loss;
    }

    internal override (double Loss, int Right) Evaluate(PairBatch batch, float smoothing)
    {
        (SequenceRows sources, SequenceRows targets) = Begin(batch);
        var pass = new TrainingPass { Accumulates = false, GradientScale = 0, LabelSmoothing = smoothing, Dropout = default };
        StackPassCall encode = Encoder(sources, in pass);
        _encoder.Forward(in encode);
        StackPassCall decode = Decoder(sources, targets, in pass);
        _decoder.Forward(in decode);
        return _tools.Output.Evaluate(_decoder.Activations.Output, _labels, targets.Total, smoothing);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _tools.Dispose();
        _memory?.Dispose();
    }

    private StackPassCall Encoder(SequenceRows sources, in TrainingPass pass) => new()
    {
        Tokens = _sourceTokens,
        Sequences = sources,
        Sources = sources,
        Dropout = pass.Dropout,
        Accumulates = pass.Accumulates,
    };

    private StackPassCall Decoder(SequenceRows sources, SequenceRows targets, in TrainingPass pass) => new()
    {
        Tokens = _targetTokens,
        Sequences = targets,
        Sources = sources,
        Memory = _encoder.Activations.Output,
        MemoryGradient = _memoryGradient,
        Dropout = pass.Dropout,
        Accumulates = pass.Accumulates,
    };

    /// <summary>Takes over the tokens or frames, and makes room for what the batch leaves behind.</summary>
    private (SequenceRows Sources, SequenceRows Targets) Begin(PairBatch batch)
    {
        Copy(batch.SourceTokens, ref _sourceTokens);
        Copy(batch.TargetTokens, ref _targetTokens);
        Copy(batch.Labels, ref _labels);
        SequenceRows sources = Starts(batch.SourceLengths, ref _sourceStarts);
        SequenceRows targets = Starts(batch.TargetLengths, ref _targetStarts);
        _frontEnd?.Measure(batch);
        var measured = default(ActivationMemory);
        Take(ref measured, sources.Total, targets.Total);
        if (_memory is null || _memory.Length < measured.Length)
        {
            _memory?.Dispose();
            _memory = null;
            _memory = new NativeBlock(measured.Length);
        }

        var memory = new ActivationMemory(_memory.Pointer);
        Take(ref memory, sources.Total, targets.Total);
        _frontEnd?.Read(batch);
        return (sources, targets);
    }

    private void Take(ref ActivationMemory memory, int sourceRows, int targetRows)
    {
        int rows = Math.Max(sourceRows, targetRows);
        _frontEnd?.Take(ref memory);
        _encoder.Activations.Take(ref memory, sourceRows, sourceRows);
        _decoder.Activations.Take(ref memory, targetRows, sourceRows);
        _tools.Take(ref memory, rows, sourceRows);

        // The gradient of a residual stream and the tools' spare rows change places, so that both have room for either stack.
        _gradient = memory.Take(rows, _model.ModelStride);
        _memoryGradient = memory.Take(rows, _model.ModelStride);
    }

    /// <summary>What gradients are only added to: tables, of which a batch reaches some rows. An embedding that is the output projection is written whole before.</summary>
    private void ClearScattered()
    {
        PackedModel gradients = _parameters.Gradients;
        foreach (WeightSlot slot in _parameters.Recipe.Slots)
        {
            float* place = (float*)gradients[slot].Panels;
            bool isTable = slot.Role is WeightRole.Positions or WeightRole.PositionBias;
            if (slot.Role == WeightRole.Embedding && place != gradients.Output.Panels)
            {
                new Span<float>(place, checked((int)PanelLayout.Length(slot.Outputs, slot.Inputs))).Clear();
            }
            else if (isTable && slot.Tensors.Length > 0)
            {
                new Span<float>(place, checked(slot.Outputs * slot.Inputs)).Clear();
            }
        }
    }

    private static void Copy(ReadOnlySpan<int> from, ref int[] to)
    {
        if (to.Length < from.Length)
        {
            to = new int[Math.Max(from.Length, 2 * to.Length)];
        }

        from.CopyTo(to);
    }

    private static SequenceRows Starts(ReadOnlySpan<int> lengths, ref int[] starts)
    {
        if (starts.Length <= lengths.Length)
        {
            starts = new int[Math.Max(lengths.Length + 1, 2 * starts.Length)];
        }

        starts[0] = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            starts[i + 1] = starts[i] + lengths[i];
        }

        return new SequenceRows(starts, lengths.Length);
    }
}
