using KernelGen.Checkpoints;
using KernelGen.Execution;
using KernelGen.Packing;
using KernelGen.Recipes;

namespace KernelGen.Tool.Measuring;

/// <summary>A layer that may have 4-bit weights.</summary>
/// <param name="Name">Where it is.</param>
/// <param name="Inputs">Its inputs, as they are packed.</param>
/// <param name="Outputs">Its outputs, as they are packed.</param>
/// <param name="Error">The relative error of its weights in 4 bits, <c>√(Σ (w - ŵ)² / Σ w²)</c>.</param>
/// <param name="Bits">The bits that its weights have.</param>
internal sealed record PackedLayer(string Name, int Inputs, int Outputs, double Error, int Bits)
{
    /// <summary>Measures every layer of a checkpoint that may have 4-bit weights.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="description">What it is of.</param>
    /// <param name="budget">The largest error with which a layer has 4 bits.</param>
    public static PackedLayer[] Measure(string path, ModelDescription description, double budget)
    {
        using Checkpoint checkpoint = Checkpoint.Open(FileMemory.Map(path), FileMemory.Map);
        var recipe = ModelRecipe.Of(description);
        return
        [
            .. WeightPacking.MeasureFourBits(description, CheckpointTensors.Read(checkpoint, description))
                .Select(layer => new PackedLayer(NameOf(layer.Slot, recipe), layer.Slot.Inputs, layer.Slot.Outputs, layer.Error, layer.Error <= budget ? 4 : 8)),
        ];
    }

    private static string NameOf(WeightSlot slot, ModelRecipe recipe)
    {
        (string stack, Sublayer[] sublayers) = slot.Stack == Stack.Encoder ? ("encoder", recipe.Encoder.Layer) : ("decoder", recipe.Decoder.Layer);
        string part = slot.Role switch
        {
            WeightRole.Input => "first",
            WeightRole.KeysAndValues => "keys and values",
            WeightRole.Result => "last",
            _ => throw new ArgumentOutOfRangeException(nameof(slot), slot.Role, "Such weights have no 4 bits."),
        };
        return $"{stack} {slot.Layer}, {sublayers[slot.Sublayer].Name.Replace('_', ' ')}, {part}";
    }
}
