namespace KernelGen.Training;

/// <summary>Hands out memory piece by piece; from nowhere, it measures.</summary>
/// <param name="start">The first float, or <see langword="null"/> to measure.</param>
internal unsafe struct ActivationMemory(float* start)
{
    /// <summary>What pieces begin at multiples of: a cache line.</summary>
    private const long Alignment = 16;

    /// <summary>Floats that have been taken.</summary>
    public long Length { get; private set; }

    /// <summary>Takes rows.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">From row to row, in floats.</param>
    public float* Take(long rows, int stride)
    {
        float* taken = start + Length;
        Length += ((rows * stride) + Alignment - 1) / Alignment * Alignment;
        return taken;
    }
}
