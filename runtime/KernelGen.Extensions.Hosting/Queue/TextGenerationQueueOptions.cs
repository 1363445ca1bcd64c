using System.ComponentModel.DataAnnotations;

namespace KernelGen.Extensions.Hosting;

/// <summary>How a <see cref="TextGenerationQueue"/> takes on requests and puts them together.</summary>
public sealed class TextGenerationQueueOptions
{
    /// <summary>How many texts may wait; a request that would make them more is refused. Default: 256.</summary>
    [Range(1, 1_000_000)]
    public int Capacity { get; set; } = 256;

    /// <summary>The most texts that are generated for together. Default: 64, the most rows that a model works on at once.</summary>
    [Range(1, 4096)]
    public int MaxBatch { get; set; } = 64;

    /// <summary>
    /// How long a request that could begin waits for others to go with it, where fewer than <see cref="MaxBatch"/> texts are there. Default: not at all: requests that come while
    /// others are generated for then go together, and one that comes alone is answered as fast as it can be.
    /// </summary>
    [TimeRange(0, 60_000, ErrorMessage = "MaxWait goes from 0 to a minute.")]
    public TimeSpan MaxWait { get; set; }

    /// <summary>How many batches are generated at once, each on a thread of its own. Default: the number of processors.</summary>
    [Range(1, 1024)]
    public int Workers { get; set; } = Environment.ProcessorCount;

    /// <summary>When a request that is refused should come again. Default: in a second.</summary>
    [TimeRange(1, 86_400_000, ErrorMessage = "RetryAfter goes from a millisecond to a day.")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After how long without work the memory that calls have left for later ones is freed (<see cref="TransformerModel.TrimMemory"/>); <see langword="null"/> for never. Default: 10 s.
    /// </summary>
    [TimeRange(1, 86_400_000, ErrorMessage = "TrimAfter goes from a millisecond to a day.")]
    public TimeSpan? TrimAfter { get; set; } = TimeSpan.FromSeconds(10);
}
