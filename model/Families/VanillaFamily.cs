using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Families;

/// <summary>
/// <c>torch.nn.Transformer</c>, as its <c>state_dict</c> has it; next to it the embeddings and the output projection, <c>generator</c>. Query, key and value are
/// one matrix, <c>in_proj_weight</c>.
/// </summary>
internal sealed class VanillaFamily : Family
{
    public override Architecture Architecture => Architecture.Vanilla;

    public override Preset Preset => Preset.Of(Architecture) with
    {
        FinalNorm = true,
        ScaleEmbedding = true,
        TieEmbeddings = false,
        StartToken = 1,
        EndToken = 2,
        PadToken = 0,
    };

    public override string CheckpointName => "torch.nn.Transformer";

    public override bool Wrote(Func<string, bool> has) => has(".self_attn.in_proj_weight") && has("decoder.");

    public override string Prefix => "transformer.";

    public override string Head => "generator.weight";

    public override string OutputBias => "generator.bias";

    public override string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual) => [usual = Language(stack) + "_embedding.weight"];

    public override string Positions(Stack stack, string prefix) => Language(stack) + "_position_embedding.weight";

    public override string EmbeddingNorm(Stack stack, string prefix) => Language(stack) + "_embedding_norm";

    public override string FinalNorm(Stack stack, string prefix) => prefix + Side(stack) + "norm";

    public override TensorName InLayer(ModelTensor tensor)
    {
        bool isCross = tensor.Sublayer!.Operation is AttentionOperation { IsCross: true };
        string attention = isCross ? "multihead_attn." : "self_attn.";
        return tensor.Role switch
        {
            TensorRole.Query => Projection(0),
            TensorRole.Key => Projection(1),
            TensorRole.Value => Projection(2),
            TensorRole.AttentionOutput => TensorName.Module(attention + "out_proj"),
            TensorRole.Expand => TensorName.Module("linear1"),
            TensorRole.Contract => TensorName.Module("linear2"),
            TensorRole.Norm when isCross => TensorName.Module("norm2"),
            TensorRole.Norm when tensor.Sublayer.Operation is AttentionOperation => TensorName.Module("norm1"),
            TensorRole.Norm => TensorName.Module(tensor.Stack == Stack.Encoder ? "norm2" : "norm3"),
            _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Role, "A layer has no such tensor."),
        };

        TensorName Projection(int part) => new(attention + "in_proj_weight", attention + "in_proj_bias", part, parts: 3);
    }

    private static string Language(Stack stack) => stack == Stack.Encoder ? "source" : "target";
}
