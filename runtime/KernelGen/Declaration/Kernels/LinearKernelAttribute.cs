namespace KernelGen;

/// <summary>
/// Makes a static partial method a linear layer, <c>y = activation(x · Wᵀ + b)</c>: <c>static partial void Expand(ReadOnlySpan&lt;float&gt; x, PackedLinear weights, Span&lt;float&gt; y)</c>.
/// <c>x</c> is <c>[rows, Inputs]</c> and <c>y</c> <c>[rows, Outputs]</c>, one row or many. With <c>ReadOnlySpan&lt;float&gt; residual</c> before <c>y</c>, as long as that, sums are added to it.
/// </summary>
/// <remarks>Weights, which <see cref="PackedLinear.Pack"/> packs, may be of any <see cref="WeightPrecision"/>.</remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinearKernelAttribute : Attribute
{
    /// <summary>The input width.</summary>
    public int Inputs { get; set; }

    /// <summary>The output width.</summary>
    public int Outputs { get; set; }

    /// <summary>The function of each sum. Where it is not set, there is none.</summary>
    public Activation Activation { get; set; }

    /// <summary>
    /// Beside 8-bit weights, the bits of an input: 8 or, at half the speed, 12. Where it is not set, 12 for layers that are at most 128 wide on one side, else 8, as
    /// <see cref="PackedLinear.Pack"/> has it.
    /// </summary>
    public int InputBits { get; set; }
}
