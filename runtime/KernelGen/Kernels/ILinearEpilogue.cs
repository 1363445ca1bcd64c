using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>What a linear kernel does with its sums: constants that the compiler folds into the kernel. Implemented by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILinearEpilogue
{
    /// <summary>From row to row of the output, in floats.</summary>
    static abstract int OutputStride { get; }

    /// <summary>From row to row of the residual, in floats; 0 where there is none.</summary>
    static abstract int ResidualStride { get; }

    /// <summary>Whether the residual is added.</summary>
    static abstract bool AddsResidual { get; }

    /// <summary>Whether negative sums become zero.</summary>
    static abstract bool IsRelu { get; }

    /// <summary>Whether another activation follows, block by block.</summary>
    static abstract bool IsActivated { get; }

    /// <summary>Which it is, where kernels of one model have several.</summary>
    /// <exception cref="NotSupportedException">The kernel has none, or all kernels that have one have the same.</exception>
    static virtual Activation Function => throw new NotSupportedException("The kernel has no activation, or the only one of its model.");
}
