namespace KernelGen;

/// <summary>How a stream of many sources is worked on.</summary>
public sealed record StreamingOptions
{
    internal static readonly StreamingOptions Default = new();

    /// <summary>
    /// The most sources that are read ahead, sorted by length and worked on together (default: 512; at least 1). More let sources of more alike
    /// lengths share their steps; fewer give results in smaller bursts. At most three times so many sources or results are in memory.
    /// </summary>
    public int Window { get; init; } = 512;

    /// <summary>
    /// Is told how far the work is, each time 64 more sources are done and when all sources that were ready are. Called on the threads that compute, one
    /// call at a time; <see cref="Progress{T}"/> passes it on to the context that it was made in. An exception of it ends the stream.
    /// </summary>
    public IProgress<GenerationProgress>? Progress { get; init; }
}

/// <summary>How far a stream of many sources is.</summary>
/// <param name="SourcesRead">How many sources have been read.</param>
/// <param name="SourcesDone">For how many of them targets have been generated.</param>
/// <param name="TokensGenerated">The tokens of the best hypotheses of all of these, end tokens not counted.</param>
/// <param name="Elapsed">The time since the enumeration began.</param>
public readonly record struct GenerationProgress(long SourcesRead, long SourcesDone, long TokensGenerated, TimeSpan Elapsed);
