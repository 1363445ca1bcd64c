namespace KernelGen.Layout;

/// <summary>
/// How linear kernels multiply 4-bit weights with inputs that are quantised as for <see cref="Int8Layout.Bytes"/>: a group of inputs has a scale for each column, products are summed exactly
/// within a group, and the sums of groups are a chain of fused multiply-adds with their scales, in ascending order.
/// </summary>
/// <remarks>
/// A weight is stored without sign, 8 more than it is, from 0 to 15. Sixteen products of a group meet in 16 bits, and cannot overflow: 16 · 15 · 127 = 30,480. What the 8 more add to the
/// sum of a group, 8 times the sum of its inputs, is the same for every column: it is computed once for a row.
/// </remarks>
internal static class Int4Layout
{
    /// <summary>
    /// From this model dimension on layers may have 4-bit weights. The weights of narrower models are in a near cache, where half as many bytes save nothing, and they are more sensitive.
    /// </summary>
    public const int LeastModelDimension = 256;

    /// <summary>Inputs that have a scale of their own for each column.</summary>
    public const int Group = 32;

    /// <summary>What is added to a weight before it is stored.</summary>
    public const int WeightOffset = 8;

    /// <summary>The least weight.</summary>
    public const int LeastWeight = -8;

    /// <summary>The largest weight.</summary>
    public const int LargestWeight = 7;

    /// <summary>Inputs whose weights of one column stand in 32 bits: those of the first four in the lower halves of bytes, those of the others in the upper ones.</summary>
    public const int Step = 8;

    /// <summary>Bytes of one panel for a step.</summary>
    public const int StepBytes = Step * PanelLayout.Width / 2;

    /// <summary>Bytes of one panel for a group, without its scales.</summary>
    public const int GroupBytes = Group / Step * StepBytes;

    /// <summary>Bytes of a scale, which is a bfloat16 number.</summary>
    public const int ScaleBytes = sizeof(ushort);

    /// <summary>Bytes of what a quantised row has for a group: -8 times the sum of its inputs.</summary>
    public const int SumBytes = sizeof(int);

    /// <summary>Groups over inputs; the last is filled with zeros.</summary>
    public static int Groups(int inputs) => (inputs + Group - 1) / Group;

    /// <summary>Bytes of the weights of a layer.</summary>
    public static long Length(int outputs, int inputs) => (long)PanelLayout.Panels(outputs) * Groups(inputs) * GroupBytes;

    /// <summary>The number of scales of a layer.</summary>
    public static long Scales(int outputs, int inputs) => (long)PanelLayout.RoundUp(outputs) * Groups(inputs);

    /// <summary>Bytes of a quantised row before its tail: inputs in whole groups, and the sums of these, which end where the tail begins.</summary>
    public static int RowBytes(int inputs) => Groups(inputs) * (Group + SumBytes);
}
