namespace KernelGen.Benchmarks.Peers;

/// <summary>How KernelGen looks for tokens.</summary>
internal enum Search
{
    /// <summary>The best token at a time, found in an 8-bit copy of the output projection where there is one.</summary>
    Greedy,

    /// <summary>The best token at a time, by its whole output projection: as many bytes as the peers read.</summary>
    GreedyUnscreened,

    /// <summary>Beam search of four.</summary>
    Beam4,
}
