using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>Where the packed weights of a linear layer are. Columns are output columns, rounded up to whole panels of 16.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct LinearWeights
{
    /// <summary>Names the places.</summary>
    /// <param name="bias">The bias of each column.</param>
    /// <param name="scales">The scale of each column of 8-bit weights, otherwise <see langword="null"/>.</param>
    /// <param name="panels">The weights.</param>
    public LinearWeights(float* bias, float* scales, byte* panels)
    {
        Bias = bias;
        Scales = scales;
        Panels = panels;
    }

    /// <summary>The bias of each column.</summary>
    public float* Bias { get; }

    /// <summary>
    /// What a weight of each column is a multiple of, when weights are 8-bit integers. When they have 4 bits, this is where bfloat16 numbers stand, one for each group of 32 inputs and each column.
    /// </summary>
    public float* Scales { get; }

    /// <summary>Whether weights have 4 bits: kernels for 8-bit weights, for which inputs are quantised, are told by this that weights are stored otherwise.</summary>
    public bool HasFourBits { get; private init; }

    /// <summary>Names the places of weights of 4 bits.</summary>
    /// <param name="bias">The bias of each column.</param>
    /// <param name="scales">The scale of each group of inputs and each column, a bfloat16 number: <c>[panel, group, 16]</c>.</param>
    /// <param name="panels">The weights.</param>
    public static LinearWeights OfFourBits(float* bias, ushort* scales, byte* panels) => new(bias, (float*)scales, panels) { HasFourBits = true };

    /// <summary>
    /// The weights: <c>[panel, input, 16]</c> floats or bfloat16 numbers; 8-bit integers as <c>[panel, input / 4, 16, 4]</c> bytes, each 64 more than its
    /// weight, or <c>[panel, input / 2, 16, 2]</c> signed bytes (<see cref="ModelDescription.QuantizedInputBits"/> of 8 or 12); 4-bit integers as <c>[panel, input / 8, 16, 4]</c> bytes, whose lower
    /// half is 8 more than the weight of one of the first four inputs, and whose upper half is that of the input four further on.
    /// </summary>
    public byte* Panels { get; }
}
