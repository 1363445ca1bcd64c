using System.ComponentModel;

namespace KernelGen.Execution;

/// <summary>A <see cref="WeightPrecision"/> as a type: kernels are compiled for each, with its constants folded.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IWeightPrecision
{
    /// <summary>The precision.</summary>
    static abstract WeightPrecision Value { get; }

    /// <summary>Bytes of one weight.</summary>
    static abstract int WeightSize { get; }
}

/// <summary><see cref="WeightPrecision.Float32"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Float32Weights : IWeightPrecision
{
    /// <inheritdoc/>
    public static WeightPrecision Value => WeightPrecision.Float32;

    /// <inheritdoc/>
    public static int WeightSize => sizeof(float);
}

/// <summary><see cref="WeightPrecision.BFloat16"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct BFloat16Weights : IWeightPrecision
{
    /// <inheritdoc/>
    public static WeightPrecision Value => WeightPrecision.BFloat16;

    /// <inheritdoc/>
    public static int WeightSize => sizeof(ushort);
}

/// <summary><see cref="WeightPrecision.Int8"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Int8Weights : IWeightPrecision
{
    /// <inheritdoc/>
    public static WeightPrecision Value => WeightPrecision.Int8;

    /// <inheritdoc/>
    public static int WeightSize => sizeof(byte);
}
