namespace KernelGen.Samples.TranslateCluster;

/// <summary>What all members of a cluster agree on.</summary>
internal sealed class ClusterSettings
{
    /// <summary>After how long a silence a silo counts as dead.</summary>
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromSeconds(15);
}
