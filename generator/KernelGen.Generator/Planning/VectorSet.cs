using KernelGen.Generator.Specification;
using KernelGen.Layout;

namespace KernelGen.Generator.Planning;

/// <summary>An instruction set as the plan sees it: the lanes of its vectors, and the register tiles that fill its registers without spilling.</summary>
/// <param name="Name">The name of the KernelGen.InstructionSet member.</param>
/// <param name="Lanes">Floats in one vector.</param>
/// <param name="TallRows">Rows of a tall tile.</param>
/// <param name="TallInt8Rows">Rows of a tall tile of 8-bit products, which needs a register of ones and two for products.</param>
/// <param name="Panels">Panels of 16 columns side by side in a tall tile.</param>
/// <param name="LowRows">How many rows a low tile may have, descending, ending with 1: too few to fill the registers, so more panels stand side by side.</param>
/// <param name="LinearRows">Further rows of low tiles, of linear layers alone: beams and guessed tokens have so many.</param>
/// <param name="LowPanels">Panels of 16 columns side by side in a low tile.</param>
/// <param name="LowSums">The most sums in a low tile of more than one row.</param>
/// <param name="SingleRowPanels">The most panels side by side in the attention of one row: enough chains to hide the latency of a fused multiply-add.</param>
/// <param name="LowInt8Panels">Panels of 16 columns side by side in a low tile of 8-bit products that has more than one row.</param>
/// <param name="Int4Rows">Rows of a tile of 4-bit weights that are multiplied together, which takes two registers a row; they divide those of every tile but the lowest.</param>
/// <param name="GradientRows">Rows of a batch in a chain of the gradient of weights before it rests in memory; the gradients of outputs that they take are read by every tile.</param>
internal sealed record VectorSet(
    string Name,
    int Lanes,
    int TallRows,
    int TallInt8Rows,
    int Panels,
    EquatableArray<int> LowRows,
    EquatableArray<int> LinearRows,
    int LowPanels,
    int LowSums,
    int SingleRowPanels,
    int LowInt8Panels,
    int Int4Rows,
    int GradientRows)
{
    /// <summary>Columns in a panel, positions in a key panel, virtual lanes in a sum: the same for every instruction set, so that layouts and bits are.</summary>
    public const int PanelWidth = PanelLayout.Width;

    /// <summary>
    /// 32 registers of 16 floats. 12 rows × 2 panels: 24 sums, 2 weights, 1 input. Up to 4 rows × 4 panels: a single row has 4 independent chains,
    /// which hides the latency of a fused multiply-add (4 cycles) at one a cycle. 256 rows of gradients are 32 KiB, read at a third of what the second-level cache gives.
    /// </summary>
    public static readonly VectorSet Avx512 = new(
        "Avx512",
        16,
        TallRows: 12,
        TallInt8Rows: 8,
        Panels: 2,
        LowRows: new EquatableArray<int>([4, 2, 1]),
        LinearRows: new EquatableArray<int>([]),
        LowPanels: 4,
        LowSums: 16,
        SingleRowPanels: 4,
        LowInt8Panels: 4,
        Int4Rows: 4,
        GradientRows: 256);

    /// <summary>
    /// 16 registers of 8 floats. 6 rows × 1 panel: 12 sums, 2 weights, 1 input. 8-bit products of 4 rows × 1 panel: 8 sums, 4 weights, ones, 2 inputs, 2 products,
    /// one more than there are, so that one sum lies on the stack; 3 rows, or loading inputs anew for each column, spill nothing and are 3 to 4 % slower.
    /// With 2 rows, 2 panels would spill 5 registers. 4 rows × 1 panel of floats read their weights once, 2 times 2 rows × 2 panels twice, which takes a quarter longer: the second-level
    /// cache gives no more. A tile reads twice as much for a product as one of AVX-512: 128 rows of gradients, 8 KiB, stay in the first-level
    /// cache; 256 are a tenth slower.
    /// </summary>
    public static readonly VectorSet Avx2 = new(
        "Avx2",
        8,
        TallRows: 6,
        TallInt8Rows: 4,
        Panels: 1,
        LowRows: new EquatableArray<int>([2, 1]),
        LinearRows: new EquatableArray<int>([4]),
        LowPanels: 2,
        LowSums: 8,
        SingleRowPanels: 4,
        LowInt8Panels: 1,
        Int4Rows: 1,
        GradientRows: 128);

    /// <summary>
    /// 32 registers of 4 floats on Arm64. 4 rows × 1 panel: 16 sums, as many chains as four units with a latency of 4 cycles need, inputs of each row, 2 weights. 8-bit products:
    /// 16 sums, 4 or 8 weights, inputs, and what products of CPUs without dot products take.
    /// </summary>
    public static readonly VectorSet Portable = new(
        "Portable",
        4,
        TallRows: 4,
        TallInt8Rows: 4,
        Panels: 1,
        LowRows: new EquatableArray<int>([1]),
        LinearRows: new EquatableArray<int>([]),
        LowPanels: 2,
        LowSums: 16,
        SingleRowPanels: 1,
        LowInt8Panels: 2,
        Int4Rows: 1,
        GradientRows: 128);

    public static readonly IReadOnlyList<VectorSet> All = [Avx512, Avx2, Portable];

    /// <summary>Vectors that make up one panel of 16.</summary>
    public int VectorsPerPanel => PanelWidth / Lanes;
}
