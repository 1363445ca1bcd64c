using KernelGen.Execution;
using KernelGen.Layout;
using KernelGen.Recipes;

namespace KernelGen.Tests.Kernels;

/// <summary>The widths and strides of a linear kernel.</summary>
internal sealed record LinearShape(int Input, int InputStride, int Output, int OutputStride)
{
    public bool AddsResidual { get; init; }

    public Activation? Activation { get; init; }

    /// <summary>The bias of the columns that fill the last panel.</summary>
    public float Padding { get; init; }

    /// <summary>Bits of a quantised input beside 8-bit weights.</summary>
    public int InputBits { get; private init; }

    /// <summary>Whether its weights may have 4 bits.</summary>
    public bool MayHaveFourBits { get; private init; }

    /// <summary>Whether each 8 of its quantised inputs have a multiplier.</summary>
    public bool HasMultipliers { get; private init; }

    /// <summary>How its weights may be stored.</summary>
    public IEnumerable<WeightPrecision> Precisions => Enum.GetValues<WeightPrecision>().Where(precision => precision != WeightPrecision.Int4 || MayHaveFourBits);

    public static LinearShape Of(LinearKernel kernel, ModelDescription model) => WidthsOf(kernel, model) with
    {
        InputBits = model.QuantizedInputBits,
        MayHaveFourBits = SlotOf(kernel, model).MayHaveFourBits,
        HasMultipliers = kernel == LinearKernel.FeedForwardContract && model is { LargeActivations: true, QuantizedInputBits: 8 },
    };

    private static LinearShape WidthsOf(LinearKernel kernel, ModelDescription model) => kernel switch
    {
        LinearKernel.QueryKeyValue => new(model.ModelDimension, model.ModelStride, 3 * model.AttentionWidth, 3 * model.AttentionWidth),
        LinearKernel.CrossQuery => new(model.ModelDimension, model.ModelStride, model.AttentionWidth, model.AttentionWidth),
        LinearKernel.CrossKeyValue => new(model.ModelDimension, model.ModelStride, 2 * model.AttentionWidth, 2 * model.AttentionWidth),
        LinearKernel.AttentionOutput => new(model.AttentionWidth, model.AttentionStride, model.ModelDimension, model.ModelStride) { AddsResidual = true },
        LinearKernel.FeedForwardExpand when model.GatedFeedForward => new(
            model.ModelDimension, model.ModelStride, 2 * PanelLayout.RoundUp(model.FeedForwardDimension), 2 * PanelLayout.RoundUp(model.FeedForwardDimension)),
        LinearKernel.FeedForwardExpand => new(model.ModelDimension, model.ModelStride, model.FeedForwardDimension, model.FeedForwardStride) { Activation = model.Activation },
        LinearKernel.FeedForwardContract => new(model.FeedForwardDimension, model.FeedForwardStride, model.ModelDimension, model.ModelStride) { AddsResidual = true },
        _ => new(model.ModelDimension, model.ModelStride, model.TargetVocabularySize, model.LogitsStride) { Padding = float.NegativeInfinity },
    };

    /// <summary>A slot of the model whose layer is of the kernel's kind.</summary>
    public static WeightSlot SlotOf(LinearKernel kernel, ModelDescription model)
    {
        ModelRecipe recipe = ModelRecipe.Of(model);
        WeightSlot Slot(string sublayer, WeightRole role) =>
            recipe.Slots.First(slot => slot.Layer == 0 && slot.Role == role && slot.Stack == Recipes.Stack.Decoder && recipe.Decoder.Layer[slot.Sublayer].Name == sublayer);

        return kernel switch
        {
            LinearKernel.QueryKeyValue => Slot("self_attention", WeightRole.Input),
            LinearKernel.AttentionOutput => Slot("self_attention", WeightRole.Result),
            LinearKernel.CrossQuery => Slot("cross_attention", WeightRole.Input),
            LinearKernel.CrossKeyValue => Slot("cross_attention", WeightRole.KeysAndValues),
            LinearKernel.FeedForwardExpand => Slot("feed_forward", WeightRole.Input),
            LinearKernel.FeedForwardContract => Slot("feed_forward", WeightRole.Result),
            LinearKernel.Logits => recipe.OutputSlot,
            _ => throw new ArgumentOutOfRangeException(nameof(kernel)),
        };
    }
}
