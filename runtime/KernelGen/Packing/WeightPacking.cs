using KernelGen.Checkpoints;
using KernelGen.Execution;

namespace KernelGen.Packing;

/// <summary>Fills the memory of a <see cref="PackedModel"/> from a checkpoint; every byte of it, so that the same checkpoint always gives the same bytes.</summary>
internal readonly unsafe struct WeightPacking
{
    private readonly ModelDescription _description;

    private WeightPacking(ModelDescription description) => _description = description;

    /// <summary>Packs the tensors of a checkpoint.</summary>
    /// <param name="description">The declared model.</param>
    /// <param name="tensors">The tensors; not needed afterwards.</param>
    /// <returns>The packed weights, in memory of their own.</returns>
    public static PackedModel Pack(ModelDescription description, CheckpointTensors tensors)
    {
        LayoutFacts facts = LayoutFacts.Of(tensors);
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
    public static void Fill(PackedModel model, CheckpointTensors tensors) => new WeightPacking(model.Description).FillAll(model, tensors);

    private void FillAll(PackedModel model, CheckpointTensors tensors)
    {
        Embedding(tensors.SourceEmbedding, model.SourceEmbedding);
        if (!model.Facts.SharesEmbedding)
        {
            Embedding(tensors.TargetEmbedding, model.TargetEmbedding);
        }

        if (!model.Facts.SharesOutput)
        {
            Embedding(tensors.OutputWeight, model.OutputPanels);
        }

        OutputBias(tensors.OutputBias, model.OutputBias);
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

    private void Linear(LinearTensors linear, float* weights)
    {
        int outputs = linear.Weight.Rows;
        int inputs = linear.Weight.Columns;
        linear.Bias.CopyAll(ClearedBias(weights, outputs));
        PanelPacking.Pack(linear.Weight, 0, outputs, weights + PanelPacking.RoundUp(outputs), 0, inputs, inputs, inputs);
    }

    /// <summary>Projections to heads, side by side; each head gets the room of whole panels.</summary>
    private void Heads(float* weights, params ReadOnlySpan<LinearTensors> projections)
    {
        int outputs = projections.Length * _description.AttentionWidth;
        Span<float> bias = ClearedBias(weights, outputs);
        float* panels = weights + outputs;
        for (int i = 0; i < projections.Length; i++)
        {
            for (int head = 0; head < _description.Heads; head++)
            {
                int column = (i * _description.AttentionWidth) + (head * _description.HeadWidth);
                int row = head * _description.HeadDimension;
                projections[i].Bias.ElementRange(row, _description.HeadDimension).CopyAll(bias[column..]);
                PanelPacking.Pack(
                    projections[i].Weight,
                    row,
                    _description.HeadDimension,
                    panels,
                    column,
                    _description.ModelDimension,
                    _description.ModelDimension,
                    _description.ModelDimension);
            }
        }
    }

    /// <summary>The projection back from heads: its inputs have each head's room.</summary>
    private void FromHeads(LinearTensors projection, float* weights)
    {
        int outputs = _description.ModelDimension;
        projection.Bias.CopyAll(ClearedBias(weights, outputs));
        PanelPacking.Pack(
            projection.Weight,
            0,
            outputs,
            weights + PanelPacking.RoundUp(outputs),
            0,
            _description.AttentionWidth,
            _description.HeadDimension,
            _description.HeadWidth);
    }

    /// <summary>The bias that a linear layer begins with, padded with zeros to whole panels.</summary>
    private static Span<float> ClearedBias(float* weights, int outputs)
    {
        var bias = new Span<float>(weights, PanelPacking.RoundUp(outputs));
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
