namespace KernelGen.Samples.TranslateCluster.Work;

/// <summary>The output of shards is not there, though they are done.</summary>
/// <param name="shards">Their numbers.</param>
internal sealed class LostShardsException(int[] shards) : IOException($"the output of {shards.Length} shards is not there any more")
{
    public int[] Shards { get; } = shards;
}
