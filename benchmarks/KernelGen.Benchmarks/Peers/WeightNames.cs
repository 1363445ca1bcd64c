using KernelGen.Execution;
using KernelGen.Families;
using KernelGen.Recipes;

namespace KernelGen.Benchmarks.Peers;

/// <summary>The names of a model's tensors in checkpoints of its family, without the prefix that some have.</summary>
internal static class WeightNames
{
    private const string Joined = ".in_proj_";

    /// <summary>The names of a tensor and of the bias beside it.</summary>
    public static TensorName Of(ModelTensor tensor, ModelDescription model)
    {
        var family = Family.Of(model.Architecture);
        switch (tensor.Role)
        {
            case TensorRole.Embedding:
                family.Embeddings(model, tensor.Stack, "", out string embedding);
                return new TensorName(embedding, bias: null);

            case TensorRole.Output:
                return new TensorName(family.Head, bias: null);

            case TensorRole.PositionBias:
                return new TensorName(family.PositionBias(tensor.Stack, ""), bias: null);

            case TensorRole.Positions:
                return new TensorName(family.Positions(tensor.Stack, "")!, bias: null);

            case TensorRole.FirstConvolution or TensorRole.SecondConvolution or TensorRole.ThirdConvolution or TensorRole.GroupNorm:
                return family.Convolution(tensor.Role, "");

            case TensorRole.FinalNorm:
                return TensorName.Module(family.FinalNorm(tensor.Stack, ""));

            default:
                TensorName name = family.InLayer(tensor);
                string layer = $"{family.Layers(tensor.Stack)}{tensor.Layer}.";
                return new TensorName(layer + name.Weight, name.Bias is null ? null : layer + name.Bias, name.Part, name.Parts);
        }
    }

    /// <summary>A name of its own for a query, key or value projection that lies in one tensor with the other two.</summary>
    public static string OfPart(string name, int part) => name.Replace(Joined, $".{"qkv"[part]}_proj.", StringComparison.Ordinal);
}
