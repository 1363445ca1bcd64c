namespace KernelGen.Benchmarks.Peers;

/// <summary>How KernelGen looks for tokens.</summary>
internal enum Search
{
    /// <summary>The best token at a time, found in a smaller copy of the output projection where there is one; several guessed tokens in one pass where that pays.</summary>
    Greedy,

    /// <summary>The best token at a time, token by token and by the whole output projection: as many bytes as the peers read.</summary>
    GreedyUnscreened,

    /// <summary>Beam search of four.</summary>
    Beam4,
}
