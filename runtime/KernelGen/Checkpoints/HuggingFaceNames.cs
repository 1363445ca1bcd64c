using KernelGen.Execution;

namespace KernelGen.Checkpoints;

/// <summary>
/// The names of Marian, BART and mBART in Hugging Face Transformers, with the prefix <c>model.</c> (a model that generates) or without (the bare
/// model). Tables of sinusoidal positions, which some files hold, are computed instead.
/// </summary>
internal static class HuggingFaceNames
{
    private const string Prefix = "model.";

    /// <summary>The weight of the output projection.</summary>
    public const string Head = "lm_head.weight";


    /// <summary>Finds the tensors of a model.</summary>
    public static CheckpointTensors Read(TensorReader reader)
    {
        ModelDescription model = reader.Model;
        string prefix = !reader.HasBeginningWith(Prefix) && reader.HasBeginningWith("encoder.layers.") ? "" : Prefix;
        string encoder = prefix + "encoder.";
        string decoder = prefix + "decoder.";
        reader.CheckLayers(encoder + "layers.", model.EncoderLayers, nameof(model.EncoderLayers));
        reader.CheckLayers(decoder + "layers.", model.DecoderLayers, nameof(model.DecoderLayers));

        (TensorSlice sourceEmbedding, TensorSlice targetEmbedding) = Embeddings(reader, prefix);
        return new CheckpointTensors
        {
            SourceEmbedding = sourceEmbedding,
            TargetEmbedding = targetEmbedding,
            OutputWeight = reader.OutputWeight(Head, targetEmbedding),
            OutputBias = reader.OutputBias("final_logits_bias", isZeroWhereMissing: true),
            SourcePositions = reader.LearnedPositions(encoder + "embed_positions.weight", model.MaxSourceLength, nameof(model.MaxSourceLength)),
            TargetPositions = reader.LearnedPositions(decoder + "embed_positions.weight", model.MaxTargetLength, nameof(model.MaxTargetLength)),
            SourceEmbeddingNorm = reader.OptionalNorm(encoder + "layernorm_embedding", model.EmbeddingNorm, nameof(model.EmbeddingNorm)),
            TargetEmbeddingNorm = reader.OptionalNorm(decoder + "layernorm_embedding", model.EmbeddingNorm, nameof(model.EmbeddingNorm)),
            EncoderLayers = reader.Layers(model.EncoderLayers, encoder + "layers.", EncoderLayer),
            EncoderFinalNorm = reader.OptionalNorm(encoder + "layer_norm", model.FinalNorm, nameof(model.FinalNorm)),
            DecoderLayers = reader.Layers(model.DecoderLayers, decoder + "layers.", DecoderLayer),
            DecoderFinalNorm = reader.OptionalNorm(decoder + "layer_norm", model.FinalNorm, nameof(model.FinalNorm)),
        };
    }

    /// <summary>
    /// One table for both sides is <c>shared</c>; files leave out copies of a table, so that any of its names may be the one that is left. Tables of their own
    /// are the <c>embed_tokens</c> of the two sides, whether vocabularies are of the same size or not.
    /// </summary>
    private static (TensorSlice Source, TensorSlice Target) Embeddings(TensorReader reader, string prefix)
    {
        ModelDescription model = reader.Model;
        string shared = prefix + "shared.weight";
        string source = prefix + "encoder.embed_tokens.weight";
        string target = prefix + "decoder.embed_tokens.weight";
        string tiedHead = model.TieEmbeddings ? Head : shared;
        (string sourceName, string targetName) = model.SourceVocabularySize == model.TargetVocabularySize
            ? (reader.Has(source) ? source : reader.FirstOf(shared, target, tiedHead), reader.Has(target) ? target : reader.FirstOf(shared, tiedHead, source))
            : (reader.FirstOf(source, shared), reader.FirstOf(target, tiedHead, shared));

        TensorSlice sourceEmbedding = reader.Matrix(sourceName, Dimension.SourceVocabulary(model), Dimension.Model(model));
        TensorSlice targetEmbedding = reader.Matrix(targetName, Dimension.TargetVocabulary(model), Dimension.Model(model));
        return (sourceEmbedding, TensorReader.Shared(targetEmbedding, sourceEmbedding));
    }

    private static EncoderLayerTensors EncoderLayer(TensorReader reader, string layer) => new()
    {
        SelfAttention = Attention(reader, layer + "self_attn."),
        SelfAttentionNorm = reader.Norm(layer + "self_attn_layer_norm"),
        FeedForwardExpand = Expand(reader, layer),
        FeedForwardContract = Contract(reader, layer),
        FeedForwardNorm = reader.Norm(layer + "final_layer_norm"),
    };

    private static DecoderLayerTensors DecoderLayer(TensorReader reader, string layer) => new()
    {
        SelfAttention = Attention(reader, layer + "self_attn."),
        SelfAttentionNorm = reader.Norm(layer + "self_attn_layer_norm"),
        CrossAttention = Attention(reader, layer + "encoder_attn."),
        CrossAttentionNorm = reader.Norm(layer + "encoder_attn_layer_norm"),
        FeedForwardExpand = Expand(reader, layer),
        FeedForwardContract = Contract(reader, layer),
        FeedForwardNorm = reader.Norm(layer + "final_layer_norm"),
    };

    private static LinearTensors Expand(TensorReader reader, string layer) =>
        reader.Linear(layer + "fc1", Dimension.FeedForward(reader.Model), Dimension.Model(reader.Model));

    private static LinearTensors Contract(TensorReader reader, string layer) =>
        reader.Linear(layer + "fc2", Dimension.Model(reader.Model), Dimension.FeedForward(reader.Model));

    private static AttentionTensors Attention(TensorReader reader, string attention)
    {
        Dimension width = Dimension.Model(reader.Model);
        return new AttentionTensors
        {
            Query = reader.Linear(attention + "q_proj", width, width),
            Key = reader.Linear(attention + "k_proj", width, width),
            Value = reader.Linear(attention + "v_proj", width, width),
            Output = reader.Linear(attention + "out_proj", width, width),
        };
    }
}
