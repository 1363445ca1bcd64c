namespace KernelGen.Recipes;

/// <summary>What a linear kernel does to its sums before they are stored.</summary>
internal enum LinearEffect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It adds the residual stream.</summary>
    Residual,

    /// <summary>It applies a function: <see cref="LinearShape.Function"/>.</summary>
    Activation,
}

/// <summary>What a linear kernel computes. Layers of one shape share a kernel, whatever they are in the model.</summary>
/// <param name="Inputs">The input width.</param>
/// <param name="InputStride">From row to row of the input, in floats.</param>
/// <param name="Outputs">The output width.</param>
/// <param name="OutputStride">From row to row of the output, and of the residual, in floats.</param>
/// <param name="Effect">What happens to the sums.</param>
/// <param name="HasLargeInputs">Whether a few inputs may be so much larger than the others that 8 bits for each input are too few beside 8-bit weights.</param>
internal sealed record LinearShape(int Inputs, int InputStride, int Outputs, int OutputStride, LinearEffect Effect, bool HasLargeInputs)
{
    /// <summary>The function that <see cref="LinearEffect.Activation"/> applies; <see langword="null"/> with another effect.</summary>
    public Activation? Function { get; init; }

    /// <summary>Whether its rows overlap: those of a convolution.</summary>
    public bool IsConvolution => InputStride < Inputs;
}
