namespace KernelGen.Families;

/// <summary>What a family calls a tensor, and which part of it is meant where several lie in one.</summary>
/// <param name="weight">The name of the weight.</param>
/// <param name="bias">The name of the bias; <see langword="null"/> where there is none.</param>
/// <param name="part">The number of the part.</param>
/// <param name="parts">How many parts of equal size lie one behind the other.</param>
internal readonly struct TensorName(string weight, string? bias, int part = 0, int parts = 1)
{
    /// <summary>The name of the weight.</summary>
    public string Weight => weight;

    /// <summary>The name of the bias; <see langword="null"/> where there is none.</summary>
    public string? Bias => bias;

    /// <summary>The number of the part.</summary>
    public int Part => part;

    /// <summary>How many parts of equal size lie one behind the other.</summary>
    public int Parts => parts;

    /// <summary>The same within what its names begin with.</summary>
    public TensorName Within(string start) => new(start + Weight, Bias is null ? null : start + Bias, Part, Parts);

    /// <summary>A module with <c>.weight</c> and <c>.bias</c>.</summary>
    public static TensorName Module(string name) => new(name + ".weight", name + ".bias");
}
