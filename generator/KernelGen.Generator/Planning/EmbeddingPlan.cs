namespace KernelGen.Generator.Planning;

/// <summary>One embedding kernel.</summary>
/// <param name="Dimension">The width of a row.</param>
/// <param name="IsScaled">Whether an embedding is multiplied by the square root of its width.</param>
/// <param name="AddsPositions">Whether the row of a position is added.</param>
internal sealed record EmbeddingPlan(int Dimension, bool IsScaled, bool AddsPositions)
{
    /// <summary>Whether the embedding of a token is a row of the table; in a model it is a column of a panel, as the output projection needs it.</summary>
    public bool IsOfRows { get; init; }

    /// <summary>What an embedding is multiplied with.</summary>
    public float Scale => IsScaled ? (float)Math.Sqrt(Dimension) : 1f;
}
