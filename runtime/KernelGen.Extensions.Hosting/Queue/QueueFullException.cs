using System.Globalization;

namespace KernelGen.Extensions.Hosting;

/// <summary>A queue has as much waiting as it takes on: a service answers 429 or 503 with <c>Retry-After</c>.</summary>
public sealed class QueueFullException : Exception
{
    internal QueueFullException(int capacity, TimeSpan retryAfter)
        : base(string.Create(CultureInfo.InvariantCulture, $"As many texts are waiting as the queue takes on, {capacity}. Try again in {retryAfter.TotalSeconds:0.###} s.")) =>
        RetryAfter = retryAfter;

    /// <summary>When to come again.</summary>
    public TimeSpan RetryAfter { get; }
}
