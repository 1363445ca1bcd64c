namespace KernelGen.Checkpoints;

/// <summary>What the elements of a stored tensor are.</summary>
public enum TensorDataType
{
    /// <summary>A type that is no weight (integers, booleans, 64-bit or 8-bit floats...): listed, but not readable.</summary>
    Other,

    /// <summary>IEEE 754 single precision, <c>F32</c>.</summary>
    Float32,

    /// <summary>IEEE 754 half precision, <c>F16</c>.</summary>
    Float16,

    /// <summary>The upper half of a single-precision number, <c>BF16</c>.</summary>
    BFloat16,
}
