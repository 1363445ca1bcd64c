namespace KernelGen.Recipes;

/// <summary>One step of a layer: an operation with a norm before or after it, whose result is added to what the sublayer was given.</summary>
/// <param name="name">What it is called in the names of slots and tensors.</param>
/// <param name="operation">What it computes.</param>
internal sealed class Sublayer(string name, Operation operation)
{
    /// <summary>What it is called in the names of slots and tensors.</summary>
    public string Name => name;

    /// <summary>What it computes.</summary>
    public Operation Operation => operation;
}
