using KernelGen.Execution;

namespace KernelGen.Checkpoints;

/// <summary>
/// The names of <c>torch.nn.Transformer</c>, as its <c>state_dict</c> has them, with or without the prefix <c>transformer.</c>; next to it the embeddings
/// and the output projection, <c>generator</c>. Query, key and value are one matrix, <c>in_proj_weight</c>.
/// </summary>
internal static class VanillaNames
{
    /// <summary>The weight of the output projection.</summary>
    public const string Head = "generator.weight";

    private const string Prefix = "transformer.";

    /// <summary>Finds the tensors of a model.</summary>
    public static CheckpointTensors Read(TensorReader reader)
    {
        ModelDescription model = reader.Model;
        string prefix = !reader.HasBeginningWith(Prefix) && reader.HasBeginningWith("encoder.layers.") ? "" : Prefix;
        reader.CheckLayers(prefix + "encoder.layers.", model.EncoderLayers, nameof(model.EncoderLayers));
        reader.CheckLayers(prefix + "decoder.layers.", model.DecoderLayers, nameof(model.DecoderLayers));

        TensorSlice sourceEmbedding = reader.Matrix("source_embedding.weight", Dimension.SourceVocabulary(model), Dimension.Model(model));
        TensorSlice targetEmbedding = reader.Matrix("target_embedding.weight", Dimension.TargetVocabulary(model), Dimension.Model(model));
        targetEmbedding = TensorReader.Shared(targetEmbedding, sourceEmbedding);
        return new CheckpointTensors
        {
            SourceEmbedding = sourceEmbedding,
            TargetEmbedding = targetEmbedding,
            OutputWeight = reader.OutputWeight(Head, targetEmbedding),
            OutputBias = reader.OutputBias("generator.bias"),
            SourcePositions = Positions(reader, "source_position_embedding.weight", model.MaxSourceLength, nameof(model.MaxSourceLength)),
            TargetPositions = Positions(reader, "target_position_embedding.weight", model.MaxTargetLength, nameof(model.MaxTargetLength)),
            SourceEmbeddingNorm = reader.OptionalNorm("source_embedding_norm", model.EmbeddingNorm, nameof(model.EmbeddingNorm)),
            TargetEmbeddingNorm = reader.OptionalNorm("target_embedding_norm", model.EmbeddingNorm, nameof(model.EmbeddingNorm)),
            EncoderLayers = reader.Layers(model.EncoderLayers, prefix + "encoder.layers.", EncoderLayer),
            EncoderFinalNorm = reader.OptionalNorm(prefix + "encoder.norm", model.FinalNorm, nameof(model.FinalNorm)),
            DecoderLayers = reader.Layers(model.DecoderLayers, prefix + "decoder.layers.", DecoderLayer),
            DecoderFinalNorm = reader.OptionalNorm(prefix + "decoder.norm", model.FinalNorm, nameof(model.FinalNorm)),
        };
    }

    private static TensorSlice? Positions(TensorReader reader, string name, int maxLength, string property)
    {
        if (reader.Model.PositionalEncoding != PositionalEncoding.Learned)
        {
            reader.RefuseUnused(name, "PositionalEncoding = PositionalEncoding.Learned");
        }

        return reader.LearnedPositions(name, maxLength, property);
    }

    private static EncoderLayerTensors EncoderLayer(TensorReader reader, string layer) => new()
    {
        SelfAttention = Attention(reader, layer + "self_attn."),
        SelfAttentionNorm = reader.Norm(layer + "norm1"),
        FeedForwardExpand = Expand(reader, layer),
        FeedForwardContract = Contract(reader, layer),
        FeedForwardNorm = reader.Norm(layer + "norm2"),
    };

    private static DecoderLayerTensors DecoderLayer(TensorReader reader, string layer) => new()
    {
        SelfAttention = Attention(reader, layer + "self_attn."),
        SelfAttentionNorm = reader.Norm(layer + "norm1"),
        CrossAttention = Attention(reader, layer + "multihead_attn."),
        CrossAttentionNorm = reader.Norm(layer + "norm2"),
        FeedForwardExpand = Expand(reader, layer),
        FeedForwardContract = Contract(reader, layer),
        FeedForwardNorm = reader.Norm(layer + "norm3"),
    };

    private static LinearTensors Expand(TensorReader reader, string layer) =>
        reader.Linear(layer + "linear1", Dimension.FeedForward(reader.Model), Dimension.Model(reader.Model));

    private static LinearTensors Contract(TensorReader reader, string layer) =>
        reader.Linear(layer + "linear2", Dimension.Model(reader.Model), Dimension.FeedForward(reader.Model));

    private static AttentionTensors Attention(TensorReader reader, string attention)
    {
        Dimension width = Dimension.Model(reader.Model);
        TensorSlice weight = reader.Matrix(attention + "in_proj_weight", width.Times(3), width);
        TensorSlice bias = reader.Vector(attention + "in_proj_bias", width.Times(3));
        LinearTensors Part(int part) => new()
        {
            Weight = weight.RowRange(part * reader.Model.ModelDimension, reader.Model.ModelDimension),
            Bias = bias.ElementRange(part * reader.Model.ModelDimension, reader.Model.ModelDimension),
        };

        return new AttentionTensors
        {
            Query = Part(0),
            Key = Part(1),
            Value = Part(2),
            Output = reader.Linear(attention + "out_proj", width, width),
        };
    }
}
