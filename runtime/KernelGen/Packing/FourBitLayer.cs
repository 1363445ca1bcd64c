using KernelGen.Recipes;

namespace KernelGen.Packing;

/// <summary>What quantising to 4 bits does to the weights of a layer.</summary>
/// <param name="Slot">The layer.</param>
/// <param name="Error">The relative error of its weights, <c>√(Σ (w - ŵ)² / Σ w²)</c>; not a number where a weight is none.</param>
internal readonly record struct FourBitLayer(WeightSlot Slot, double Error)
{
    /// <summary>The largest error with which a layer gets 4-bit weights where nobody says otherwise.</summary>
    public const double DefaultBudget = 0.1;
}
