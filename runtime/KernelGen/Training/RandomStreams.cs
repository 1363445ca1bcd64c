namespace KernelGen.Training;

/// <summary>What random numbers of one seed are for: the upper bits of the counter that they are a function of, so that no two uses have the same numbers.</summary>
internal static class RandomStreams
{
    /// <summary>The weights of a new model; below, the number of the tensor.</summary>
    public const ulong Weights = 1ul << 56;

    /// <summary>The order of pairs; below, the epoch.</summary>
    public const ulong Pairs = 2ul << 56;

    /// <summary>The order of batches; below, the epoch.</summary>
    public const ulong Batches = 3ul << 56;

    /// <summary>The keys of dropout.</summary>
    public const ulong Dropout = 4ul << 56;
}
