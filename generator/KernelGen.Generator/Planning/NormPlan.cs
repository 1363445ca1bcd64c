namespace KernelGen.Generator.Planning;

/// <summary>One norm kernel.</summary>
/// <param name="Normalization">How it normalises.</param>
/// <param name="HasShift">Whether it adds a β.</param>
/// <param name="Dimension">The width of a row.</param>
/// <param name="Epsilon">What is added under the root.</param>
/// <param name="Stride">From row to row of input and output.</param>
internal sealed record NormPlan(Normalization Normalization, bool HasShift, int Dimension, double Epsilon, int Stride)
{
    /// <summary>Whether β is an argument of its own; in a model it lies behind γ.</summary>
    public bool TakesShift { get; init; }
}
