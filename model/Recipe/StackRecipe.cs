namespace KernelGen.Recipes;

/// <summary>Encoder or decoder: what it reads tokens with, and its layers, which are all alike.</summary>
/// <param name="stack">Which of the two it is.</param>
/// <param name="layers">The number of layers.</param>
/// <param name="layer">The sublayers of one layer, in their order.</param>
internal sealed class StackRecipe(Stack stack, int layers, Sublayer[] layer)
{
    /// <summary>Which of the two it is.</summary>
    public Stack Stack => stack;

    /// <summary>The number of layers.</summary>
    public int Layers => layers;

    /// <summary>The sublayers of one layer, in their order.</summary>
    public Sublayer[] Layer => layer;

    /// <summary>What it is called in the names of slots and tensors.</summary>
    public string Name => NameOf(stack);

    /// <summary>What a stack is called in the names of slots and tensors.</summary>
    public static string NameOf(Stack stack) => stack == Stack.Encoder ? "encoder" : "decoder";
}
