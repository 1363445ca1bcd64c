namespace KernelGen.Packing;

/// <summary>What the header of a packed file says.</summary>
/// <param name="FormatVersion">The version of the header.</param>
/// <param name="LayoutVersion">The version of the weights' layout.</param>
/// <param name="Precision">How the weights of linear layers are stored.</param>
/// <param name="SharesEmbedding">Whether the target embedding is the source embedding.</param>
/// <param name="SharesOutput">Whether the output projection is the target embedding.</param>
/// <param name="HasScreen">Whether there is a smaller copy of the output projection.</param>
/// <param name="DataOffset">Where the weights begin.</param>
/// <param name="DataLength">The number of bytes of weights.</param>
/// <param name="DataChecksum">The CRC-32C of the weights, as the header announces it.</param>
/// <param name="Fields">The lines that describe the model, by name.</param>
internal sealed record PackedFileSummary(
    uint FormatVersion,
    uint LayoutVersion,
    WeightPrecision Precision,
    bool SharesEmbedding,
    bool SharesOutput,
    bool HasScreen,
    int DataOffset,
    long DataLength,
    uint DataChecksum,
    IReadOnlyDictionary<string, string> Fields);
