using KernelGen.Recipes;

namespace KernelGen.Training;

/// <summary>The slots of one sublayer's weights; what its operation does not have is <see langword="null"/>.</summary>
internal struct SublayerSlots
{
    /// <summary>Its first linear layer.</summary>
    public WeightSlot Input;

    /// <summary>Keys and values of cross-attention.</summary>
    public WeightSlot KeysAndValues;

    /// <summary>Its last linear layer.</summary>
    public WeightSlot Result;

    /// <summary>Its norm.</summary>
    public WeightSlot Norm;

    /// <summary>The slots of a stack, layer by layer, sublayer by sublayer.</summary>
    public static SublayerSlots[] Of(ModelRecipe recipe, StackRecipe stack)
    {
        var sublayers = new SublayerSlots[stack.Layers * stack.Layer.Length];
        foreach (WeightSlot slot in recipe.Slots)
        {
            if (slot.Layer < 0 || slot.Stack != stack.Stack)
            {
                continue;
            }

            ref SublayerSlots sublayer = ref sublayers[(slot.Layer * stack.Layer.Length) + slot.Sublayer];
            switch (slot.Role)
            {
                case WeightRole.Input:
                    sublayer.Input = slot;
                    break;

                case WeightRole.KeysAndValues:
                    sublayer.KeysAndValues = slot;
                    break;

                case WeightRole.Result:
                    sublayer.Result = slot;
                    break;

                case WeightRole.Norm:
                    sublayer.Norm = slot;
                    break;

                default:
                    throw new InvalidOperationException($"A sublayer has no {slot.Role}.");
            }
        }

        return sublayers;
    }
}
