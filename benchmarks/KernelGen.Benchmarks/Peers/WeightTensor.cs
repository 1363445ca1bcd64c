namespace KernelGen.Benchmarks.Peers;

/// <summary>A tensor of weights, row by row.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">Its numbers.</param>
internal sealed record WeightTensor(string Name, int[] Shape, float[] Values)
{
    /// <summary>The tensor of a checkpoint that holds it, several of them one behind the other where they share a name.</summary>
    public string StoredIn { get; init; } = Name;
}
