using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelGen.Execution;

/// <summary>A <see cref="WeightPrecision"/> as a type: kernels are compiled for each, with its constants folded.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IWeightPrecision
{
    /// <summary>The precision.</summary>
    static abstract WeightPrecision Value { get; }

    /// <summary>Bytes of one weight.</summary>
    static abstract int WeightSize { get; }

    /// <summary>Whether products of 8-bit weights are added to sums of 32 bits as they are multiplied.</summary>
    static virtual bool AddsProducts => false;

    /// <summary>Adds to each sum the products of four bytes with four signed bytes, modulo 2^32: nothing saturates on the way.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="weights">Four bytes without sign for each sum.</param>
    /// <param name="inputs">Four signed bytes for each sum.</param>
    /// <exception cref="NotSupportedException"><see cref="AddsProducts"/> is not set.</exception>
    static virtual Vector256<int> AddProducts(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs) => throw new NotSupportedException();

    /// <summary>Adds to each sum the products of two 16-bit numbers with two others, modulo 2^32: nothing saturates on the way.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="weights">Two numbers for each sum.</param>
    /// <param name="inputs">Two numbers for each sum.</param>
    /// <exception cref="NotSupportedException"><see cref="AddsProducts"/> is not set.</exception>
    static virtual Vector256<int> AddProducts(Vector256<int> sums, Vector256<short> weights, Vector256<short> inputs) => throw new NotSupportedException();
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

/// <summary><see cref="WeightPrecision.Int8"/> on CPUs with AVX-VNNI, of which one instruction (vpdpbusd, vpdpwssd) multiplies and adds.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct AvxVnniWeights : IWeightPrecision
{
    /// <inheritdoc/>
    public static WeightPrecision Value => WeightPrecision.Int8;

    /// <inheritdoc/>
    public static int WeightSize => sizeof(byte);

    /// <inheritdoc/>
    public static bool AddsProducts => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProducts(Vector256<int> sums, Vector256<byte> weights, Vector256<sbyte> inputs) => AvxVnni.MultiplyWideningAndAdd(sums, weights, inputs);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProducts(Vector256<int> sums, Vector256<short> weights, Vector256<short> inputs) => AvxVnni.MultiplyWideningAndAdd(sums, weights, inputs);
}
