using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Recipes;

namespace KernelGen.Packing;

/// <summary>What decides, besides the description, where packed weights are: it comes from the checkpoint and from how it was packed.</summary>
/// <param name="Precision">How the weights of linear layers are stored.</param>
/// <param name="SharesEmbedding">Whether the target embedding is the source embedding.</param>
/// <param name="SharesOutput">Whether the output projection is the target embedding, which saves memory where both are float32.</param>
/// <param name="HasScreen">Whether an <see cref="OutputScreen"/> is kept.</param>
internal readonly record struct LayoutFacts(WeightPrecision Precision, bool SharesEmbedding, bool SharesOutput, bool HasScreen)
{
    /// <summary>The layers that have 4-bit weights, with <see cref="WeightPrecision.Int4"/>.</summary>
    public SlotSet FourBits { get => field ?? SlotSet.Empty; init => field = value.Count == 0 ? null : value; }

    /// <summary>Whether inputs are quantised: linear layers have weights of 8 or 4 bits, and the output projection has 8.</summary>
    public bool IsQuantized => IsQuantizedWith(Precision);

    /// <summary>Whether inputs of linear layers are quantised beside weights of a precision.</summary>
    public static bool IsQuantizedWith(WeightPrecision precision) => precision is WeightPrecision.Int8 or WeightPrecision.Int4;

    /// <summary>The facts of a checkpoint.</summary>
    public static LayoutFacts Of(CheckpointTensors tensors, WeightPrecision precision, bool hasScreen) => new(
        precision,
        SharesEmbedding: Same(tensors.TargetEmbedding, tensors.SourceEmbedding),
        SharesOutput: Same(tensors.OutputWeight, tensors.TargetEmbedding),
        HasScreen: hasScreen);

    /// <summary>Whether an output projection of a precision can be screened: 8-bit weights only where they have upper bits, with 8-bit inputs.</summary>
    public static bool CanScreen(ModelDescription description, WeightPrecision precision) =>
        !IsQuantizedWith(precision) || description.QuantizedInputBits == 8;

    /// <summary>The learned numbers of a model: computed positions are none, rows of learned ones that no sequence reaches are left out, and what source, target and output share counts once.</summary>
    public long CountParameters(ModelRecipe recipe)
    {
        long count = 0;
        foreach (WeightSlot slot in recipe.Slots)
        {
            bool isShared = (slot.Role == WeightRole.Embedding && slot.Stack == Stack.Decoder && SharesEmbedding) || (slot.Role == WeightRole.Output && SharesOutput);
            foreach (ModelTensor tensor in slot.Tensors)
            {
                count += tensor.Role == TensorRole.Positions ? slot.Outputs * tensor.Columns.Size
                    : isShared && tensor.Role != TensorRole.OutputBias ? 0
                    : tensor.Parameters;
            }
        }

        return count;
    }

    /// <summary>What is thrown where a precision is met that nothing knows.</summary>
    public InvalidOperationException Unknown() => new($"The weights have the precision {Precision}, which cannot be packed.");

    /// <summary>Whether two slices are the same place in the file, so that one packed copy serves both.</summary>
    private static bool Same(TensorSlice a, TensorSlice b) => !a.IsMissing && !b.IsMissing && a.Name == b.Name && a.Rows == b.Rows;
}
