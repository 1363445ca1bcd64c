using KernelGen.Execution;

namespace KernelGen.Tests.Reference;

/// <summary>What the tensors of a model are called, by family.</summary>
internal sealed class TensorNames
{
    private readonly ModelDescription _model;
    private readonly bool _hasOneTable;

    /// <param name="model">The model.</param>
    /// <param name="separateTables">Whether source and target have an embedding each though they could share one.</param>
    public TensorNames(ModelDescription model, bool separateTables = false)
    {
        _model = model;
        _hasOneTable = !IsVanilla && !separateTables && model.SourceVocabularySize == model.TargetVocabularySize;
    }

    /// <summary>Whether query, key and value projections are one tensor, <c>in_proj_weight</c>.</summary>
    public bool ProjectionsAreOne => IsVanilla;

    public string SourceEmbedding => Embedding(Stack.Encoder);

    public string TargetEmbedding => Embedding(Stack.Decoder);

    public string OutputWeight => _model.TieEmbeddings ? TargetEmbedding : IsVanilla ? "generator.weight" : "lm_head.weight";

    public string OutputBias => IsVanilla ? "generator.bias" : "final_logits_bias";

    public int[] OutputBiasShape => IsVanilla ? [_model.TargetVocabularySize] : [1, _model.TargetVocabularySize];

    private bool IsVanilla => _model.Architecture == Architecture.Vanilla;

    public string Positions(Stack stack) => IsVanilla ? $"{Side(stack)}_position_embedding.weight" : $"{Root(stack)}.embed_positions.weight";

    public string EmbeddingNorm(Stack stack) => IsVanilla ? $"{Side(stack)}_embedding_norm" : $"{Root(stack)}.layernorm_embedding";

    public string FinalNorm(Stack stack) => $"{Root(stack)}.{(IsVanilla ? "norm" : "layer_norm")}";

    public string SelfAttention(Stack stack, int layer) => $"{Layer(stack, layer)}.self_attn";

    public string SelfAttentionNorm(Stack stack, int layer) => $"{Layer(stack, layer)}.{(IsVanilla ? "norm1" : "self_attn_layer_norm")}";

    public string CrossAttention(int layer) => $"{Layer(Stack.Decoder, layer)}.{(IsVanilla ? "multihead_attn" : "encoder_attn")}";

    public string CrossAttentionNorm(int layer) => $"{Layer(Stack.Decoder, layer)}.{(IsVanilla ? "norm2" : "encoder_attn_layer_norm")}";

    public string FeedForwardExpand(Stack stack, int layer) => $"{Layer(stack, layer)}.{(IsVanilla ? "linear1" : "fc1")}";

    public string FeedForwardContract(Stack stack, int layer) => $"{Layer(stack, layer)}.{(IsVanilla ? "linear2" : "fc2")}";

    public string FeedForwardNorm(Stack stack, int layer) =>
        $"{Layer(stack, layer)}.{(!IsVanilla ? "final_layer_norm" : stack == Stack.Encoder ? "norm2" : "norm3")}";

    private string Embedding(Stack stack) => IsVanilla ? $"{Side(stack)}_embedding.weight" : _hasOneTable ? "model.shared.weight" : $"{Root(stack)}.embed_tokens.weight";

    private static string Side(Stack stack) => stack == Stack.Encoder ? "source" : "target";

    private string Root(Stack stack) => (IsVanilla ? "transformer." : "model.") + (stack == Stack.Encoder ? "encoder" : "decoder");

    private string Layer(Stack stack, int layer) => $"{Root(stack)}.layers.{layer}";
}

/// <summary>The two halves of the model.</summary>
internal enum Stack
{
    Encoder,
    Decoder,
}
