using KernelGen.Generator.Planning;

namespace KernelGen.Generator.Emission.InstructionSets;

/// <summary>How an instruction set is written in C#: everything in which the kernels of two sets differ beyond the number of lanes and the shapes of tiles.</summary>
internal abstract class VectorInstructions
{
    /// <summary>Every instruction set, the most capable first.</summary>
    public static readonly IReadOnlyList<VectorInstructions> All = [new Avx512Instructions(), new Avx2Instructions(), new PortableInstructions()];

    /// <summary>
    /// The set with these kernels whose CPUs also multiply 8-bit numbers and add the products in one instruction; <see langword="null"/> where there is none. Kernels for 8-bit weights
    /// are then generic over the precision, which says how that is done (KernelGen.Execution.IWeightPrecision.AddsProducts).
    /// </summary>
    public virtual string? Int8Variant => null;

    /// <summary>The lanes and the tiles.</summary>
    public abstract VectorSet Vectors { get; }

    /// <summary>The vector type: <c>Vector512</c>, <c>Vector256</c> or <c>Vector128</c>.</summary>
    public abstract string Vector { get; }

    /// <summary>The C# expression that is true where these kernels may run.</summary>
    public abstract string Guard { get; }

    /// <summary>The method that multiplies and adds with one rounding.</summary>
    public abstract string FusedMultiplyAdd { get; }

    /// <summary>
    /// The method that multiplies a vector with one lane of another and adds, with one rounding; <see langword="null"/> where a number is spread over a vector as it is read.
    /// </summary>
    public virtual string? FusedMultiplyAddLane => null;

    /// <summary>The method that multiplies neighbours and adds their products: bytes to 16 bits, 16-bit numbers to 32.</summary>
    public abstract string MultiplyAddAdjacent { get; }

    /// <summary>
    /// Whether sums of two products of bytes are left in 16 bits, where sums of several steps may be added before a multiplication by ones adds them in
    /// pairs to 32 bits; otherwise one call gives sums of 32 bits.
    /// </summary>
    public abstract bool SumsBytesIn16Bits { get; }

    /// <summary>What some of its CPUs have for products of bytes; <see langword="null"/> where all have the same.</summary>
    public virtual DotProductInstructions? DotProducts => null;

    /// <summary>A vector of integers from as many 16-bit numbers without sign.</summary>
    /// <param name="place">A <c>byte*</c> to the first.</param>
    public abstract string WidenToInt32(string place);

    /// <summary>A vector of 16-bit integers from as many signed bytes.</summary>
    /// <param name="place">A <c>byte*</c> to the first.</param>
    public abstract string WidenToInt16(string place);

    /// <summary>Narrows the 16 integers of a panel, <c>whole0</c> and further vectors, to signed bytes.</summary>
    /// <returns>The expression of the 128 bits that hold them.</returns>
    public abstract string EmitNarrowToBytes(SourceWriter writer);

    /// <summary>Stores the 16 integers of a panel, <c>whole0</c> and further vectors, as 16-bit integers at <c>output + (2 * i)</c>.</summary>
    public abstract void EmitStoreAsWords(SourceWriter writer);

    /// <summary>Declares <c>quarter</c>, four lanes that combine the 16 of <c>lanes0</c> and further vectors: l + 8 first, then l + 4.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="combine">Given the class of a vector and two vectors, the expression that combines them.</param>
    public abstract void EmitQuarter(SourceWriter writer, Func<string, string, string, string> combine);
}
