using KernelGen.Checkpoints;

namespace KernelGen.Packing;

/// <summary>The number format of packed weights; the value is what a packed file says.</summary>
internal enum PackedPrecision : byte
{
    /// <summary>Single precision throughout.</summary>
    Float32 = 0,
}

/// <summary>What decides, besides the description, where packed weights are: it comes from the checkpoint and from how it was packed.</summary>
/// <param name="Precision">The number format.</param>
/// <param name="SharesEmbedding">Whether the target embedding is the source embedding.</param>
/// <param name="SharesOutput">Whether the output projection is the target embedding.</param>
internal readonly record struct LayoutFacts(PackedPrecision Precision, bool SharesEmbedding, bool SharesOutput)
{
    /// <summary>The facts of a checkpoint.</summary>
    public static LayoutFacts Of(CheckpointTensors tensors) => new(
        PackedPrecision.Float32,
        SharesEmbedding: Same(tensors.TargetEmbedding, tensors.SourceEmbedding),
        SharesOutput: Same(tensors.OutputWeight, tensors.TargetEmbedding));

    /// <summary>Whether two slices are the same place in the file, so that one packed copy serves both.</summary>
    private static bool Same(TensorSlice a, TensorSlice b) => a.Name == b.Name && a.Rows == b.Rows;
}
