namespace KernelGen.Benchmarks.Peers;

/// <summary>A library with a model, ready to generate.</summary>
internal interface IContender : IDisposable
{
    /// <summary>Generates greedily, on one thread.</summary>
    /// <param name="sources">The sources, as many as the contender was made for.</param>
    /// <returns>The tokens of each, without start and end token.</returns>
    int[][] Generate(int[][] sources);
}
