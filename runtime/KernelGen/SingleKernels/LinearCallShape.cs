using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>What the runtime knows of a single linear kernel. Written by the generator.</summary>
/// <param name="Shape">The number of the kernel in its class.</param>
/// <param name="Inputs">The input width.</param>
/// <param name="InputStride">From row to row of the input, in floats.</param>
/// <param name="Outputs">The output width.</param>
/// <param name="OutputStride">From row to row of the output and the residual, in floats.</param>
/// <param name="InputBits">The bits of an input beside 8-bit weights.</param>
/// <param name="QuantizedStride">From row to row of quantised inputs, in bytes.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct LinearCallShape(int Shape, int Inputs, int InputStride, int Outputs, int OutputStride, int InputBits, int QuantizedStride);
