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

    public override bool SharesEmbeddings => false;

    public override bool DropsEverywhere => true;

    public override string[] Embeddings(ModelSettings settings, Stack stack, string prefix, out string usual) => [usual = Language(stack) + "_embedding.weight"];

    public override string OwnEmbeddings(Stack stack, string prefix) => Language(stack) + "_embedding.weight";

    /// <summary>
    /// As <c>torch.nn.Transformer</c> begins: matrices uniform as Glorot and Bengio (2010) say, query, key and value as the one matrix that they are. Embeddings and
    /// learned positions are normal with a deviation of <c>1 / √(model dimension)</c>, as in fairseq and Tensor2Tensor, and the output projection is a
    /// <c>torch.nn.Linear</c>.
    /// </summary>
    public override InitialValues InitialWeights(ModelTensor tensor, ModelSettings settings) => tensor.Role switch
    {
        TensorRole.Embedding or TensorRole.Positions => InitialValues.Normal(1 / Math.Sqrt(settings.ModelDimension)),
        TensorRole.Output or TensorRole.OutputBias => InitialValues.Uniform(1 / Math.Sqrt(settings.ModelDimension)),
        TensorRole.Query or TensorRole.Key or TensorRole.Value => Glorot(3 * tensor.Rows.Size, tensor.Columns.Size),
        TensorRole.AttentionOutput or TensorRole.Expand or TensorRole.Contract => Glorot(tensor.Rows.Size, tensor.Columns.Size),
        _ => InitialValues.Constant(1),
    };

    /// <summary>Zeros in attention and norms; feed-forward blocks keep what <c>torch.nn.Linear</c> begins with.</summary>
    public override InitialValues InitialBias(ModelTensor tensor) => tensor.Role is TensorRole.Expand or TensorRole.Contract
        ? InitialValues.Uniform(1 / Math.Sqrt(tensor.Columns.Size))
        : base.InitialBias(tensor);

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

    private static InitialValues Glorot(long outputs, long inputs) => InitialValues.Uniform(Math.Sqrt(6.0 / (inputs + outputs)));

    private static string Language(Stack stack) => stack == Stack.Encoder ? "source" : "target";
}
