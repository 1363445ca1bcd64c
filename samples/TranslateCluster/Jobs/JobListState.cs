namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>The numbers of all jobs, as the database has them.</summary>
[GenerateSerializer]
internal sealed class JobListState
{
    [Id(0)]
    public List<string> Active { get; set; } = [];

    [Id(1)]
    public List<string> Finished { get; set; } = [];
}
