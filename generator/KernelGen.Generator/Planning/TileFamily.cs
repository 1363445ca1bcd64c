namespace KernelGen.Generator.Planning;

/// <summary>
/// Register tiles that compute <c>output[row, column] = initial + Σ input[row, k] · panels[k, column]</c> for the same layout: one method per number of rows.
/// Those of linear kernels begin with the bias of each column, and their epilogue knows where the output is.
/// </summary>
/// <param name="Name">The prefix of the methods' names.</param>
/// <param name="Length">The number of products in a sum, a literal; <see langword="null"/> when it is an argument.</param>
/// <param name="InputStride">From row to row of the input.</param>
/// <param name="StepStride">From k to k within a panel.</param>
/// <param name="PanelStride">From panel to panel.</param>
internal record TileFamily(string Name, int? Length, int InputStride, int StepStride, int PanelStride);

/// <summary>With what the sums of an attention tile begin.</summary>
internal enum InitialSum
{
    /// <summary>Zero.</summary>
    Zero,

    /// <summary>What the output holds: the chain goes on.</summary>
    Output,
}

/// <summary>Tiles of attention, whose output is stored as it is.</summary>
/// <param name="Name">The prefix of the methods' names.</param>
/// <param name="Length">The number of products in a sum, a literal; <see langword="null"/> when it is an argument.</param>
/// <param name="InputStride">From row to row of the input.</param>
/// <param name="StepStride">From k to k within a panel.</param>
/// <param name="PanelStride">From panel to panel.</param>
/// <param name="Initial">With what the sums begin.</param>
/// <param name="OutputStride">From row to row of the output.</param>
internal sealed record AttentionTileFamily(string Name, int? Length, int InputStride, int StepStride, int PanelStride, InitialSum Initial, int OutputStride)
    : TileFamily(Name, Length, InputStride, StepStride, PanelStride);
