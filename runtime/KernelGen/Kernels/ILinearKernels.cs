using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>The linear kernels of a model, or of a class with single kernels, for one instruction set, written by the generator.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe interface ILinearKernels
{
    /// <summary>The instruction set that the kernels are written for.</summary>
    static abstract InstructionSet InstructionSet { get; }

    /// <summary>
    /// What quantises rows of inputs for the linear kernel of a shape with 8-bit weights. It is called with
    /// <list type="bullet">
    /// <item>the input, <c>[rows, width]</c>;</item>
    /// <item>the number of rows;</item>
    /// <item>from row to row of the input, in floats;</item>
    /// <item>the width of the input;</item>
    /// <item>the output: rows of <see cref="ModelDescription.QuantizedStride"/> bytes, which hold integers of
    /// <see cref="ModelDescription.QuantizedInputBits"/> bits in 8 or 16 (of fewer than 12 where sums could overflow), and in the last 64 bytes what they are
    /// multiples of, a float; for 8 bits then the value with which sums begin, -64 times their sum. Where a wide model's shape has large inputs, each 8 of them are
    /// followed by what they are multiplied with, twice as a 16-bit integer; it counts in the sum as well. Where an input is infinite or NaN,
    /// the float is NaN, and so is everything that is computed from the row. Where weights have 4 bits, kernels also read -8 times the sum of each 32 inputs, integers that end where the last 64 bytes begin,
    /// and inputs up to a multiple of 32; these are not written by it.</item>
    /// </list>
    /// </summary>
    /// <param name="shape">The number of the shape among those of the model's linear layers.</param>
    static abstract delegate*<float*, int, int, int, byte*, void> QuantizerOf(int shape);

    /// <summary>
    /// The linear kernel of a shape, <c>output = effect(input · W + b)</c>: every layer of the shape runs through it. It is called with
    /// <list type="bullet">
    /// <item>the inputs: floats, or rows that <see cref="QuantizerOf"/> wrote when weights are 8-bit integers;</item>
    /// <item>the number of rows;</item>
    /// <item>the weights;</item>
    /// <item>the residual that is added to the output where the shape says so; not overlapping it, because columns at the end may be computed twice;</item>
    /// <item>the outputs;</item>
    /// <item>the first panel of 16 output columns to compute, a multiple of 4;</item>
    /// <item>where to stop: the number of panels, or a multiple of 4.</item>
    /// </list>
    /// </summary>
    /// <typeparam name="TPrecision">How the weights are stored.</typeparam>
    /// <param name="shape">The number of the shape among those of the model's linear layers.</param>
    /// <exception cref="NotSupportedException">The model has no such linear layer.</exception>
    static abstract delegate*<byte*, int, in LinearWeights, float*, float*, int, int, void> Linear<TPrecision>(int shape)
        where TPrecision : struct, IWeightPrecision;
}
