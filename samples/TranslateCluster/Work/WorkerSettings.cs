namespace KernelGen.Samples.TranslateCluster.Work;

/// <summary>How much a silo does at once.</summary>
internal sealed class WorkerSettings
{
    /// <summary>How many shards are translated at once, each on one thread.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;
}
