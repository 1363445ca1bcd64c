using System.ComponentModel;
using KernelGen.Checkpoints;
using KernelGen.Execution;

namespace KernelGen.Packing;

/// <summary>The weights of a model in the layout that its kernels read, in one block of native memory.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PackedModel
{
    private readonly NativeBlock _block;
    private float* _next;

    internal PackedModel(ModelDescription description, CheckpointTensors tensors)
    {
        Description = description;
        EncoderLayers = new EncoderLayerWeights[description.EncoderLayers];
        DecoderLayers = new DecoderLayerWeights[description.DecoderLayers];
        _block = new NativeBlock(Length(description, tensors));
        _next = _block.Pointer;
        try
        {
            Pack(tensors);
            if (_next != _block.Pointer + _block.Length)
            {
                throw new InvalidOperationException($"The weights of '{description.Name}' do not fill their memory exactly; please report this with the declaration.");
            }
        }
        catch
        {
            _block.Dispose();
            throw;
        }
    }

    internal ModelDescription Description { get; }

    /// <summary>The memory; a running call holds a reference.</summary>
    internal NativeBlock Block => _block;

    internal float* SourceEmbedding { get; private set; }

    internal float* TargetEmbedding { get; private set; }

    internal float* OutputPanels { get; private set; }

    internal float* OutputBias { get; private set; }

    /// <summary>The rows of positions, from position 0; <see langword="null"/> where positions are not encoded.</summary>
    internal float* SourcePositions { get; private set; }

    internal float* TargetPositions { get; private set; }

    internal float* SourceEmbeddingNorm { get; private set; }

    internal float* TargetEmbeddingNorm { get; private set; }

    internal EncoderLayerWeights[] EncoderLayers { get; }

    internal DecoderLayerWeights[] DecoderLayers { get; }

    internal float* EncoderFinalNorm { get; private set; }

    internal float* DecoderFinalNorm { get; private set; }

    /// <summary>Whether two slices are the same place in the file, so that one packed copy serves both.</summary>
    private static bool Same(TensorSlice a, TensorSlice b) => a.Name == b.Name && a.Rows == b.Rows;

    private static long Length(ModelDescription model, CheckpointTensors tensors)
    {
        int width = PanelPacking.RoundUp(model.ModelDimension);
        long norm = 2L * width;
        long Linear(int inputs, int outputs) => PanelPacking.RoundUp(outputs) + PanelPacking.Length(outputs, inputs);

        long encoderLayer =
            Linear(model.ModelDimension, 3 * model.AttentionWidth)
            + Linear(model.AttentionWidth, model.ModelDimension)
            + Linear(model.ModelDimension, model.FeedForwardDimension)
            + Linear(model.FeedForwardDimension, model.ModelDimension)
            + (2 * norm);
        long decoderLayer = encoderLayer
            + Linear(model.ModelDimension, model.AttentionWidth)
            + Linear(model.ModelDimension, 2 * model.AttentionWidth)
            + Linear(model.AttentionWidth, model.ModelDimension)
            + norm;

        long source = PanelPacking.Length(model.SourceVocabularySize, model.ModelDimension);
        long target = PanelPacking.Length(model.TargetVocabularySize, model.ModelDimension);
        long embeddings = source
            + (Same(tensors.TargetEmbedding, tensors.SourceEmbedding) ? 0 : target)
            + (Same(tensors.OutputWeight, tensors.TargetEmbedding) ? 0 : target)
            + model.LogitsStride;
        long positions = model.PositionalEncoding switch
        {
            PositionalEncoding.None => 0,
            PositionalEncoding.Learned => (long)(model.MaxSourceLength + model.MaxTargetLength) * model.ModelStride,
            _ => (long)Math.Max(model.MaxSourceLength, model.MaxTargetLength) * model.ModelStride,
        };
        return embeddings
            + positions
            + (model.EncoderLayers * encoderLayer)
            + (model.DecoderLayers * decoderLayer)
            + (model.EmbeddingNorm ? 2 * norm : 0)
            + (model.FinalNorm ? 2 * norm : 0);
    }

    private float* Take(long floats)
    {
        float* taken = _next;
        _next += floats;
        return taken;
    }

    private void Pack(CheckpointTensors tensors)
    {
        ModelDescription model = Description;
        SourceEmbedding = Embedding(tensors.SourceEmbedding);
        TargetEmbedding = Same(tensors.TargetEmbedding, tensors.SourceEmbedding) ? SourceEmbedding : Embedding(tensors.TargetEmbedding);
        OutputPanels = Same(tensors.OutputWeight, tensors.TargetEmbedding) ? TargetEmbedding : Embedding(tensors.OutputWeight);

        // No token may come out of the padding columns: minus infinity is never the best, and its exponential is 0.
        OutputBias = Take(model.LogitsStride);
        var bias = new Span<float>(OutputBias, model.LogitsStride);
        bias.Fill(float.NegativeInfinity);
        bias[..model.TargetVocabularySize].Clear();
        if (tensors.OutputBias is { } outputBias)
        {
            outputBias.CopyAll(bias[..model.TargetVocabularySize]);
        }

        PackPositions(tensors);
        SourceEmbeddingNorm = Norm(tensors.SourceEmbeddingNorm);
        TargetEmbeddingNorm = Norm(tensors.TargetEmbeddingNorm);
        for (int i = 0; i < EncoderLayers.Length; i++)
        {
            EncoderLayerTensors layer = tensors.EncoderLayers[i];
            EncoderLayers[i] = Layer(layer.SelfAttention, layer.SelfAttentionNorm, layer.FeedForwardExpand, layer.FeedForwardContract, layer.FeedForwardNorm);
        }

        EncoderFinalNorm = Norm(tensors.EncoderFinalNorm);
        for (int i = 0; i < DecoderLayers.Length; i++)
        {
            DecoderLayerTensors layer = tensors.DecoderLayers[i];
            DecoderLayers[i] = new DecoderLayerWeights
            {
                Self = Layer(layer.SelfAttention, layer.SelfAttentionNorm, layer.FeedForwardExpand, layer.FeedForwardContract, layer.FeedForwardNorm),
                CrossQuery = Heads(layer.CrossAttention.Query),
                CrossKeyValue = Heads(layer.CrossAttention.Key, layer.CrossAttention.Value),
                CrossOutput = FromHeads(layer.CrossAttention.Output),
                CrossNorm = Norm(layer.CrossAttentionNorm),
            };
        }

        DecoderFinalNorm = Norm(tensors.DecoderFinalNorm);
    }

    private void PackPositions(CheckpointTensors tensors)
    {
        ModelDescription model = Description;
        switch (model.PositionalEncoding)
        {
            case PositionalEncoding.None:
                break;

            case PositionalEncoding.Learned:
                SourcePositions = LearnedPositions(tensors.SourcePositions!.Value, model.MaxSourceLength);
                TargetPositions = LearnedPositions(tensors.TargetPositions!.Value, model.MaxTargetLength);
                break;

            default:
                int positions = Math.Max(model.MaxSourceLength, model.MaxTargetLength);
                SourcePositions = TargetPositions = Take((long)positions * model.ModelStride);
                PositionTable.Fill(model.PositionalEncoding, positions, model.ModelDimension, SourcePositions, model.ModelStride);
                break;
        }
    }

    private float* LearnedPositions(TensorSlice table, int positions)
    {
        float* destination = Take((long)positions * Description.ModelStride);
        for (int position = 0; position < positions; position++)
        {
            table.CopyRow(position + Description.PositionOffset, new Span<float>(destination + ((long)position * Description.ModelStride), Description.ModelDimension));
        }

        return destination;
    }

    private EncoderLayerWeights Layer(AttentionTensors attention, NormTensors attentionNorm, LinearTensors expand, LinearTensors contract, NormTensors feedForwardNorm) => new()
    {
        QueryKeyValue = Heads(attention.Query, attention.Key, attention.Value),
        AttentionOutput = FromHeads(attention.Output),
        AttentionNorm = Norm(attentionNorm),
        FeedForwardExpand = Linear(expand),
        FeedForwardContract = Linear(contract),
        FeedForwardNorm = Norm(feedForwardNorm),
    };

    private float* Embedding(TensorSlice table)
    {
        float* panels = Take(PanelPacking.Length(table.Rows, table.Columns));
        PanelPacking.ClearLastPanel(panels, table.Rows, table.Columns);
        PanelPacking.Pack(table, 0, table.Rows, panels, 0, table.Columns, table.Columns, table.Columns);
        return panels;
    }

    private float* Linear(LinearTensors linear)
    {
        int outputs = linear.Weight.Rows;
        int inputs = linear.Weight.Columns;
        float* bias = TakeBias(outputs);
        linear.Bias.CopyAll(new Span<float>(bias, outputs));
        float* panels = Take(PanelPacking.Length(outputs, inputs));
        PanelPacking.ClearLastPanel(panels, outputs, inputs);
        PanelPacking.Pack(linear.Weight, 0, outputs, panels, 0, inputs, inputs, inputs);
        return bias;
    }

    /// <summary>Projections to heads, side by side; each head gets the room of whole panels.</summary>
    private float* Heads(params ReadOnlySpan<LinearTensors> projections)
    {
        ModelDescription model = Description;
        int outputs = projections.Length * model.AttentionWidth;
        float* bias = TakeBias(outputs);
        float* panels = Take(PanelPacking.Length(outputs, model.ModelDimension));
        bool gaps = model.HeadWidth != model.HeadDimension;
        if (gaps)
        {
            new Span<float>(panels, checked((int)PanelPacking.Length(outputs, model.ModelDimension))).Clear();
        }

        float[] projectionBias = new float[model.ModelDimension];
        for (int i = 0; i < projections.Length; i++)
        {
            projections[i].Bias.CopyAll(projectionBias);
            for (int head = 0; head < model.Heads; head++)
            {
                int column = (i * model.AttentionWidth) + (head * model.HeadWidth);
                int row = head * model.HeadDimension;
                projectionBias.AsSpan(row, model.HeadDimension).CopyTo(new Span<float>(bias + column, model.HeadDimension));
                PanelPacking.Pack(projections[i].Weight, row, model.HeadDimension, panels, column, model.ModelDimension, model.ModelDimension, model.ModelDimension);
            }
        }

        return bias;
    }

    /// <summary>The projection back from heads: its inputs have each head's room.</summary>
    private float* FromHeads(LinearTensors projection)
    {
        ModelDescription model = Description;
        float* bias = TakeBias(model.ModelDimension);
        projection.Bias.CopyAll(new Span<float>(bias, model.ModelDimension));
        long length = PanelPacking.Length(model.ModelDimension, model.AttentionWidth);
        float* panels = Take(length);
        if (model.HeadWidth != model.HeadDimension)
        {
            new Span<float>(panels, checked((int)length)).Clear();
        }

        PanelPacking.ClearLastPanel(panels, model.ModelDimension, model.AttentionWidth);
        PanelPacking.Pack(projection.Weight, 0, model.ModelDimension, panels, 0, model.AttentionWidth, model.HeadDimension, model.HeadWidth);
        return bias;
    }

    private float* TakeBias(int outputs)
    {
        int length = PanelPacking.RoundUp(outputs);
        float* bias = Take(length);
        new Span<float>(bias, length).Clear();
        return bias;
    }

    private float* Norm(NormTensors? norm)
    {
        if (norm is not { } tensors)
        {
            return null;
        }

        int width = PanelPacking.RoundUp(Description.ModelDimension);
        float* weights = Take(2L * width);
        var both = new Span<float>(weights, 2 * width);
        both.Clear();
        tensors.Weight.CopyAll(both[..Description.ModelDimension]);
        tensors.Bias.CopyAll(both.Slice(width, Description.ModelDimension));
        return weights;
    }
}
