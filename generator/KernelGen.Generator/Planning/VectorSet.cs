using KernelGen.Generator.Specification;

namespace KernelGen.Generator.Planning;

/// <summary>An instruction set as the emitters see it: its vector type, and the register tiles that fill its registers without spilling.</summary>
/// <param name="Name">The name of the KernelGen.InstructionSet member.</param>
/// <param name="Vector">The vector type: <c>Vector512</c>, <c>Vector256</c> or <c>Vector128</c>.</param>
/// <param name="Lanes">Floats in one vector.</param>
/// <param name="Guard">The C# expression that is true where these kernels may run.</param>
/// <param name="RowTiles">How many rows a tile may have, descending, ending with 1.</param>
/// <param name="Panels">Panels of 16 columns side by side in a tile.</param>
/// <param name="NarrowRows">Up to this many rows the narrow tiles are used: too few rows to fill the registers, so more panels side by side.</param>
/// <param name="NarrowPanels">Panels of 16 columns side by side in a narrow tile.</param>
internal sealed record VectorSet(
    string Name,
    string Vector,
    int Lanes,
    string Guard,
    EquatableArray<int> RowTiles,
    int Panels,
    int NarrowRows,
    int NarrowPanels)
{
    /// <summary>Columns in a panel, positions in a key panel, virtual lanes in a sum: the same for every instruction set, so that layouts and bits are.</summary>
    public const int PanelWidth = 16;

    /// <summary>
    /// 32 registers of 16 floats. 12 rows × 2 panels: 24 sums, 2 weights, 1 input. A few rows × 4 panels: a single row has 4 independent chains,
    /// which hides the latency of a fused multiply-add (4 cycles) at one a cycle.
    /// </summary>
    public static readonly VectorSet Avx512 = new(
        "Avx512",
        "Vector512",
        16,
        "global::System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated && global::System.Runtime.Intrinsics.X86.Avx512F.VL.IsSupported"
        + " && global::System.Runtime.Intrinsics.X86.Avx512BW.VL.IsSupported && global::System.Runtime.Intrinsics.X86.Avx512DQ.VL.IsSupported",
        new EquatableArray<int>([12, 8, 4, 2, 1]),
        Panels: 2,
        NarrowRows: 4,
        NarrowPanels: 4);

    /// <summary>16 registers of 8 floats. 6 rows × 1 panel: 12 sums, 2 weights, 1 input.</summary>
    public static readonly VectorSet Avx2 = new(
        "Avx2",
        "Vector256",
        8,
        "global::System.Runtime.Intrinsics.X86.Avx2.IsSupported && global::System.Runtime.Intrinsics.X86.Fma.IsSupported",
        new EquatableArray<int>([6, 4, 2, 1]),
        Panels: 1,
        NarrowRows: 2,
        NarrowPanels: 2);

    /// <summary>32 registers of 4 floats on Arm64: 4 rows × 1 panel are 16 sums, 4 weights, 1 input.</summary>
    public static readonly VectorSet Portable = new(
        "Portable",
        "Vector128",
        4,
        "true",
        new EquatableArray<int>([4, 2, 1]),
        Panels: 1,
        NarrowRows: 1,
        NarrowPanels: 2);

    public static readonly IReadOnlyList<VectorSet> All = [Avx512, Avx2, Portable];

    /// <summary>Vectors that make up one panel of 16.</summary>
    public int VectorsPerPanel => PanelWidth / Lanes;
}
