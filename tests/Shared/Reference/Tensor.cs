namespace KernelGen.Tests.Reference;

/// <summary>A tensor of a checkpoint, its elements in row-major order.</summary>
internal sealed record Tensor(int[] Shape, float[] Values)
{
    /// <summary>The number of elements in one entry along the first axis.</summary>
    public int RowLength => Shape.Length < 2 ? 1 : Values.Length / Shape[0];

    /// <summary>One entry along the first axis.</summary>
    public ReadOnlySpan<float> Row(int index) => Values.AsSpan(index * RowLength, RowLength);
}
