namespace KernelGen.Training;

/// <summary>Numbers that are trained and lie one behind the other, at the same place in weights, gradients and what an optimizer keeps.</summary>
/// <param name="names">What they are called; several where tensors are tied.</param>
/// <param name="offset">Where they begin, in floats.</param>
/// <param name="length">How many floats, padding among them, which is zero in weights and gradients.</param>
/// <param name="isMatrix">Whether they are weights of a linear layer or rows of a table; otherwise they are biases or belong to a norm.</param>
internal sealed class ParameterRange(List<string> names, long offset, long length, bool isMatrix)
{
    /// <summary>What they are called: <c>decoder.3.cross_attention.query.weight</c>.</summary>
    public string Name => names[0];

    /// <summary>Every name that they have; several where tensors are tied.</summary>
    public List<string> Names => names;

    /// <summary>Where they begin, in floats.</summary>
    public long Offset => offset;

    /// <summary>How many floats, padding among them, which is zero in weights and gradients.</summary>
    public long Length => length;

    /// <summary>Whether they are weights of a linear layer or rows of a table; otherwise they are biases or belong to a norm.</summary>
    public bool IsMatrix => isMatrix;
}
