using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Numerics;

namespace KernelGen.Packing;

/// <summary>Fills the memory of a <see cref="PackedModel"/> from a checkpoint; every byte of it, so that the same checkpoint always gives the same bytes.</summary>
internal sealed unsafe class WeightPacking : IDisposable
{
    private readonly ModelDescription _description;
    private readonly WeightPrecision _precision;
    private readonly Int8Quantization _quantization;

    /// <summary>Where panels are floats before they are stored in another precision.</summary>
    private NativeBlock? _panels;

    private WeightPacking(PackedModel model)
    {
        _description = model.Description;
        _precision = model.Facts.Precision;
        _quantization = new Int8Quantization(_description.QuantizedInputBits);
    }

    /// <summary>Packs the tensors of a checkpoint.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="tensors">The tensors; not needed afterwards.</param>
    /// <param name="options">How to load; by default in float32, with a screen of the output where the model's plan has one.</param>
    /// <returns>The packed weights, in memory of their own.</returns>
    public static PackedModel Pack(ModelDescription description, CheckpointTensors tensors, ModelLoadOptions? options = null)
    {
        WeightPrecision precision = options?.Precision ?? WeightPrecision.Float32;
        if (!Enum.IsDefined(precision))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), precision, $"{nameof(ModelLoadOptions.Precision)} is {precision}; it is one of {string.Join(", ", Enum.GetNames<WeightPrecision>())}.");
        }

        bool hasScreen = description.ScreensOutput && LayoutFacts.CanScreen(description, precision) && (options?.ScreenOutput ?? true);
        LayoutFacts facts = LayoutFacts.Of(tensors, precision, hasScreen);
        var block = new NativeBlock(PackedModel.LengthOf(description, facts) / sizeof(float));
        try
        {
            var model = new PackedModel(description, facts, block, (byte*)block.Pointer);
            Fill(model, tensors);
            return model;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>Fills memory that is there.</summary>
    public static void Fill(PackedModel model, CheckpointTensors tensors)
    {
        using var packing = new WeightPacking(model);
        packing.FillAll(model, tensors);
    }

    /// <summary>Frees what was needed while packing.</summary>
    public void Dispose() => _panels?.Dispose();

    private void FillAll(PackedModel model, CheckpointTensors tensors)
    {
        Embedding(tensors.SourceEmbedding, model.SourceEmbedding);
        if (!model.Facts.SharesEmbedding)
        {
            Embedding(tensors.TargetEmbedding, model.TargetEmbedding);
        }

        Output(model, tensors);
        Positions(model, tensors);
        Norm(tensors.SourceEmbeddingNorm, model.SourceEmbeddingNorm);
        Norm(tensors.TargetEmbeddingNorm, model.TargetEmbeddingNorm);
        for (int i = 0; i < model.EncoderLayers.Length; i++)
        {
            EncoderLayerTensors layer = tensors.EncoderLayers[i];
            ref readonly EncoderLayerWeights weights = ref model.EncoderLayers[i];
            Attention(layer.SelfAttention, layer.SelfAttentionNorm, weights);
            FeedForward(layer.FeedForwardExpand, layer.FeedForwardContract, layer.FeedForwardNorm, weights);
        }

        Norm(tensors.EncoderFinalNorm, model.EncoderFinalNorm);
        for (int i = 0; i < model.DecoderLayers.Length; i++)
        {
            DecoderLayerTensors layer = tensors.DecoderLayers[i];
            ref readonly DecoderLayerWeights weights = ref model.DecoderLayers[i];
            Attention(layer.SelfAttention, layer.SelfAttentionNorm, weights.Self);
            FeedForward(layer.FeedForwardExpand, layer.FeedForwardContract, layer.FeedForwardNorm, weights.Self);
            Heads(weights.CrossQuery, layer.CrossAttention.Query);
            Heads(weights.CrossKeyValue, layer.CrossAttention.Key, layer.CrossAttention.Value);
            FromHeads(layer.CrossAttention.Output, weights.CrossOutput);
            Norm(layer.CrossAttentionNorm, weights.CrossNorm);
        }

        Norm(tensors.DecoderFinalNorm, model.DecoderFinalNorm);
    }

    private void Attention(AttentionTensors attention, NormTensors norm, in EncoderLayerWeights weights)
    {
        Heads(weights.QueryKeyValue, attention.Query, attention.Key, attention.Value);
        FromHeads(attention.Output, weights.AttentionOutput);
        Norm(norm, weights.AttentionNorm);
    }

    private void FeedForward(LinearTensors expand, LinearTensors contract, NormTensors norm, in EncoderLayerWeights weights)
    {
        Linear(expand, weights.FeedForwardExpand);
        Linear(contract, weights.FeedForwardContract);
        Norm(norm, weights.FeedForwardNorm);
    }

    private static void Embedding(TensorSlice table, float* panels) => PanelPacking.Pack(table, 0, table.Rows, panels, 0, table.Columns, table.Columns, table.Columns);

    private void Output(PackedModel model, CheckpointTensors tensors)
    {
        OutputBias(tensors.OutputBias, model.Output.Bias);
        int outputs = _description.TargetVocabularySize;
        int inputs = _description.ModelDimension;
        float* panels = (float*)model.Output.Panels;
        if (_precision != WeightPrecision.Float32 || panels != model.TargetEmbedding)
        {
            panels = Floats(model.Output, outputs, inputs);
            Embedding(tensors.OutputWeight, panels);
            Store(panels, model.Output, outputs, inputs);
        }

        if (model.Screen is not { } screen)
        {
            return;
        }

        ClearRest((byte*)screen.Limits, sizeof(OutputScreenLimits));
        if (_precision == WeightPrecision.Int8)
        {
            screen.FillUpperBits(model.Output, outputs, inputs);
            ClearRest(screen.Weights.Panels, UpperBits.Length(outputs, inputs));
        }
        else
        {
            if (_precision == WeightPrecision.BFloat16)
            {
                // What is screened for is the product with the weights as they are stored.
                FloatConversion.FromBFloat16(model.Output.Panels, panels, checked((int)PanelPacking.Length(outputs, inputs)));
            }

            screen.Fill(panels, outputs, inputs, _quantization);
            ClearRest(screen.Weights.Panels, _quantization.Length(outputs, inputs));
        }
    }

    /// <summary>Where to put the panels of a linear layer as floats: where they belong, or before they are stored in another precision.</summary>
    private float* Floats(LinearWeights weights, int outputs, int inputs)
    {
        if (_precision == WeightPrecision.Float32)
        {
            return (float*)weights.Panels;
        }

        long length = PanelPacking.Length(outputs, inputs);
        if (_panels is null || _panels.Length < length)
        {
            _panels?.Dispose();
            _panels = null;
            _panels = new NativeBlock(length);
        }

        return _panels.Pointer;
    }

    /// <summary>Stores panels of floats in the precision of the model.</summary>
    private void Store(float* panels, LinearWeights weights, int outputs, int inputs)
    {
        switch (_precision)
        {
            case WeightPrecision.Float32:
                break;

            case WeightPrecision.BFloat16:
                FloatConversion.ToBFloat16(panels, (ushort*)weights.Panels, PanelPacking.Length(outputs, inputs));
                ClearRest(weights.Panels, PanelPacking.Length(outputs, inputs) * sizeof(ushort));
                break;

            default:
                _quantization.Quantize(panels, PanelPacking.Panels(outputs), inputs, weights.Scales, weights.Panels);
                ClearRest(weights.Panels, _quantization.Length(outputs, inputs));
                break;
        }
    }

    /// <summary>What lies between the end of a part and the next multiple of <see cref="PackedModel.Alignment"/>.</summary>
    private static void ClearRest(byte* part, long length) => new Span<byte>(part + length, (int)(-length & (PackedModel.Alignment - 1))).Clear();

    /// <summary>No token may come out of the padding columns: minus infinity is never the best, and its exponential is 0.</summary>
    private void OutputBias(TensorSlice? bias, float* destination)
    {
        var all = new Span<float>(destination, _description.LogitsStride);
        all.Fill(float.NegativeInfinity);
        all[.._description.TargetVocabularySize].Clear();
        bias?.CopyAll(all[.._description.TargetVocabularySize]);
    }

    private void Positions(PackedModel model, CheckpointTensors tensors)
    {
        switch (_description.PositionalEncoding)
        {
            case PositionalEncoding.None:
                break;

            case PositionalEncoding.Learned:
                LearnedPositions(tensors.SourcePositions!.Value, _description.MaxSourceLength, model.SourcePositions);
                LearnedPositions(tensors.TargetPositions!.Value, _description.MaxTargetLength, model.TargetPositions);
                break;

            default:
                PositionTable.Fill(
                    _description.PositionalEncoding,
                    Math.Max(_description.MaxSourceLength, _description.MaxTargetLength),
                    _description.ModelDimension,
                    model.SourcePositions,
                    _description.ModelStride);
                break;
        }
    }

    private void LearnedPositions(TensorSlice table, int positions, float* destination)
    {
        for (int position = 0; position < positions; position++)
        {
            var row = new Span<float>(destination + ((long)position * _description.ModelStride), _description.ModelStride);
            table.CopyRow(position + _description.PositionOffset, row);
            row[_description.ModelDimension..].Clear();
        }
    }

    private void Linear(LinearTensors linear, LinearWeights weights)
    {
        int outputs = linear.Weight.Rows;
        int inputs = linear.Weight.Columns;
        linear.Bias.CopyAll(ClearedBias(weights.Bias, outputs));
        float* panels = Floats(weights, outputs, inputs);
        PanelPacking.Pack(linear.Weight, 0, outputs, panels, 0, inputs, inputs, inputs);
        Store(panels, weights, outputs, inputs);
    }

    /// <summary>Projections to heads, side by side; each head gets the room of whole panels.</summary>
    private void Heads(LinearWeights weights, params ReadOnlySpan<LinearTensors> projections)
    {
        int outputs = projections.Length * _description.AttentionWidth;
        int inputs = _description.ModelDimension;
        Span<float> bias = ClearedBias(weights.Bias, outputs);
        float* panels = Floats(weights, outputs, inputs);
        for (int i = 0; i < projections.Length; i++)
        {
            for (int head = 0; head < _description.Heads; head++)
            {
                int column = (i * _description.AttentionWidth) + (head * _description.HeadWidth);
                int row = head * _description.HeadDimension;
                projections[i].Bias.ElementRange(row, _description.HeadDimension).CopyAll(bias[column..]);
                PanelPacking.Pack(projections[i].Weight, row, _description.HeadDimension, panels, column, inputs, inputs, inputs);
            }
        }

        Store(panels, weights, outputs, inputs);
    }

    /// <summary>The projection back from heads: its inputs have each head's room.</summary>
    private void FromHeads(LinearTensors projection, LinearWeights weights)
    {
        int outputs = _description.ModelDimension;
        int inputs = _description.AttentionWidth;
        projection.Bias.CopyAll(ClearedBias(weights.Bias, outputs));
        float* panels = Floats(weights, outputs, inputs);
        PanelPacking.Pack(projection.Weight, 0, outputs, panels, 0, inputs, _description.HeadDimension, _description.HeadWidth);
        Store(panels, weights, outputs, inputs);
    }

    /// <summary>The bias of a linear layer, padded with zeros to whole panels.</summary>
    private static Span<float> ClearedBias(float* place, int outputs)
    {
        var bias = new Span<float>(place, PanelPacking.RoundUp(outputs));
        bias.Clear();
        return bias;
    }

    private void Norm(NormTensors? norm, float* destination)
    {
        if (norm is not { } tensors)
        {
            return;
        }

        int width = PanelPacking.RoundUp(_description.ModelDimension);
        var both = new Span<float>(destination, 2 * width);
        both.Clear();
        tensors.Weight.CopyAll(both[.._description.ModelDimension]);
        tensors.Bias.CopyAll(both.Slice(width, _description.ModelDimension));
    }
}
