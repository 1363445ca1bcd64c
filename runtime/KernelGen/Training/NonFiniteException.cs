namespace KernelGen.Training;

/// <summary>A loss or a gradient is NaN or infinite, so that there is no step to take. The weights are as they were before.</summary>
public sealed class NonFiniteException : Exception
{
    internal NonFiniteException(string message, string? name)
        : base(message) => WeightsName = name;

    /// <summary>The weights whose gradient is the first in memory that is not finite, such as <c>decoder.0.feed_forward.expand.weight</c>; <see langword="null"/> where it is the loss.</summary>
    public string? WeightsName { get; }
}
