namespace KernelGen.Generator.Planning;

/// <summary>With what the sums of a register tile begin.</summary>
internal enum InitialSum
{
    /// <summary>The bias of each column.</summary>
    Bias,

    /// <summary>Zero.</summary>
    Zero,

    /// <summary>What the output holds: the chain goes on.</summary>
    Output,
}

/// <summary>
/// Register tiles that compute <c>output[row, column] = initial + Σ input[row, k] · panels[k, column]</c> for the same layout: one method per number of rows.
/// </summary>
/// <param name="Name">The prefix of the methods' names.</param>
/// <param name="Length">The number of products in a sum, a literal; 0 when it is an argument.</param>
/// <param name="InputStride">From row to row of the input.</param>
/// <param name="StepStride">From k to k within a panel.</param>
/// <param name="PanelStride">From panel to panel.</param>
/// <param name="Initial">With what the sums begin.</param>
/// <param name="OutputStride">From row to row of the output; 0 when the epilogue knows it.</param>
internal sealed record TileFamily(string Name, int Length, int InputStride, int StepStride, int PanelStride, InitialSum Initial, int OutputStride)
{
    /// <summary>Whether the tiles are those of linear kernels: generic over the epilogue, and over the precision in which the panels are stored.</summary>
    public bool IsLinear => OutputStride == 0;
}
