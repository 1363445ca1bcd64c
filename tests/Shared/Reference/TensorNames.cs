using KernelGen.Execution;

namespace KernelGen.Tests.Reference;

/// <summary>What the tensors of a model are called, by family.</summary>
internal sealed class TensorNames
{
    private readonly ModelDescription _model;
    private readonly bool _hasOneTable;
    private readonly bool _hasHead;

    /// <param name="model">The model.</param>
    /// <param name="separateTables">Whether source and target have an embedding each though they could share one.</param>
    /// <param name="hasHead">Whether the output projection is a tensor of its own, where the file may have one or not: by default where it is usual.</param>
    public TensorNames(ModelDescription model, bool separateTables = false, bool? hasHead = null)
    {
        _model = model;
        _hasHead = IsT5 ? hasHead ?? !model.ScaleOutput : !model.TieEmbeddings;
        _hasOneTable = !IsVanilla && !separateTables && model.SourceVocabularySize == model.TargetVocabularySize;
    }

    /// <summary>Whether query, key and value projections are one tensor, <c>in_proj_weight</c>.</summary>
    public bool ProjectionsAreOne => IsVanilla;

    public string SourceEmbedding => Embedding(Stack.Encoder);

    public string TargetEmbedding => Embedding(Stack.Decoder);

    /// <summary>The output projection. Files of T5 usually have one of their own where decoder output is not scaled, but the one does not follow from the other.</summary>
    public string OutputWeight => !_hasHead ? TargetEmbedding : IsVanilla ? "generator.weight" : _model.IsSpeech ? "proj_out.weight" : "lm_head.weight";

    public string OutputBias => IsVanilla ? "generator.bias" : "final_logits_bias";

    public int[] OutputBiasShape => IsVanilla ? [_model.TargetVocabularySize] : [1, _model.TargetVocabularySize];

    private bool IsVanilla => _model.Architecture == Architecture.Vanilla;

    private bool IsT5 => _model.Architecture == Architecture.T5;

    public string Positions(Stack stack) => IsVanilla ? $"{Side(stack)}_position_embedding.weight" : $"{Root(stack)}.embed_positions.weight";

    /// <summary>A convolution before the encoder's layers, by its number from 1.</summary>
    public string Convolution(int number) => $"{Root(Stack.Encoder)}.conv{number}";

    /// <summary>The table of relative positions, which all layers of a stack share.</summary>
    public string PositionBias(Stack stack) => $"{SelfAttention(stack, 0)}.relative_attention_bias.weight";

    public string EmbeddingNorm(Stack stack) => IsVanilla ? $"{Side(stack)}_embedding_norm" : $"{Root(stack)}.layernorm_embedding";

    public string FinalNorm(Stack stack) => $"{Root(stack)}.{(IsVanilla ? "norm" : IsT5 ? "final_layer_norm" : "layer_norm")}";

    public string SelfAttention(Stack stack, int layer) => $"{Layer(stack, layer)}.{(IsT5 ? "layer.0.SelfAttention" : "self_attn")}";

    public string SelfAttentionNorm(Stack stack, int layer) => $"{Layer(stack, layer)}.{(IsVanilla ? "norm1" : IsT5 ? "layer.0.layer_norm" : "self_attn_layer_norm")}";

    public string CrossAttention(int layer) => $"{Layer(Stack.Decoder, layer)}.{(IsVanilla ? "multihead_attn" : IsT5 ? "layer.1.EncDecAttention" : "encoder_attn")}";

    public string CrossAttentionNorm(int layer) => $"{Layer(Stack.Decoder, layer)}.{(IsVanilla ? "norm2" : IsT5 ? "layer.1.layer_norm" : "encoder_attn_layer_norm")}";

    /// <summary>The query, key or value projection of an attention, where each is a tensor.</summary>
    /// <param name="attention">The name of the attention.</param>
    /// <param name="letter">The first letter of the projection.</param>
    public string Projection(string attention, char letter) => $"{attention}.{letter}{(IsT5 ? "" : "_proj")}";

    /// <summary>The projection of an attention's heads back to the model dimension.</summary>
    public string AttentionOutput(string attention) => $"{attention}.{(IsT5 ? "o" : "out_proj")}";

    /// <summary>The layer that is activated in a gated block.</summary>
    public string FeedForwardGate(Stack stack, int layer) => $"{DenseReluDense(stack, layer)}.wi_0";

    public string FeedForwardExpand(Stack stack, int layer) =>
        IsT5 ? $"{DenseReluDense(stack, layer)}.{(_model.GatedFeedForward ? "wi_1" : "wi")}" : $"{Layer(stack, layer)}.{(IsVanilla ? "linear1" : "fc1")}";

    public string FeedForwardContract(Stack stack, int layer) =>
        IsT5 ? $"{DenseReluDense(stack, layer)}.wo" : $"{Layer(stack, layer)}.{(IsVanilla ? "linear2" : "fc2")}";

    public string FeedForwardNorm(Stack stack, int layer) =>
        $"{Layer(stack, layer)}.{(IsT5 ? $"layer.{LastSublayer(stack)}.layer_norm" : !IsVanilla ? "final_layer_norm" : stack == Stack.Encoder ? "norm2" : "norm3")}";

    private string Embedding(Stack stack) =>
        IsVanilla ? $"{Side(stack)}_embedding.weight" : IsT5 ? "shared.weight" : _hasOneTable ? "model.shared.weight" : $"{Root(stack)}.embed_tokens.weight";

    private static string Side(Stack stack) => stack == Stack.Encoder ? "source" : "target";

    private string Root(Stack stack) => (IsVanilla ? "transformer." : IsT5 ? "" : "model.") + (stack == Stack.Encoder ? "encoder" : "decoder");

    private string Layer(Stack stack, int layer) => $"{Root(stack)}.{(IsT5 ? "block" : "layers")}.{layer}";

    private string DenseReluDense(Stack stack, int layer) => $"{Layer(stack, layer)}.layer.{LastSublayer(stack)}.DenseReluDense";

    private static int LastSublayer(Stack stack) => stack == Stack.Encoder ? 1 : 2;
}

/// <summary>The two halves of the model.</summary>
internal enum Stack
{
    Encoder,
    Decoder,
}
