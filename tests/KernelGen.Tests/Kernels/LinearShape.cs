using KernelGen.Execution;

namespace KernelGen.Tests.Kernels;

/// <summary>The widths and strides of a linear kernel.</summary>
internal sealed record LinearShape(int Input, int InputStride, int Output, int OutputStride)
{
    public bool AddsResidual { get; init; }

    public Activation? Activation { get; init; }

    /// <summary>The bias of the columns that fill the last panel.</summary>
    public float Padding { get; init; }

    public static LinearShape Of(LinearKernel kernel, ModelDescription model) => kernel switch
    {
        LinearKernel.QueryKeyValue => new(model.ModelDimension, model.ModelStride, 3 * model.AttentionWidth, 3 * model.AttentionWidth),
        LinearKernel.CrossQuery => new(model.ModelDimension, model.ModelStride, model.AttentionWidth, model.AttentionWidth),
        LinearKernel.CrossKeyValue => new(model.ModelDimension, model.ModelStride, 2 * model.AttentionWidth, 2 * model.AttentionWidth),
        LinearKernel.AttentionOutput => new(model.AttentionWidth, model.AttentionStride, model.ModelDimension, model.ModelStride) { AddsResidual = true },
        LinearKernel.FeedForwardExpand => new(model.ModelDimension, model.ModelStride, model.FeedForwardDimension, model.FeedForwardStride) { Activation = model.Activation },
        LinearKernel.FeedForwardContract => new(model.FeedForwardDimension, model.FeedForwardStride, model.ModelDimension, model.ModelStride) { AddsResidual = true },
        _ => new(model.ModelDimension, model.ModelStride, model.TargetVocabularySize, model.LogitsStride) { Padding = float.NegativeInfinity },
    };
}
