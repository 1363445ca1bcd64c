namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>The numbers of all jobs. There is one such grain, with the key 0.</summary>
internal interface IJobListGrain : IGrainWithIntegerKey
{
    /// <summary>Adds a job that is to be worked on.</summary>
    Task Add(string job);

    /// <summary>Remembers that there is nothing more to do for a job.</summary>
    Task Finish(string job);

    /// <summary>The jobs that are worked on, the oldest first.</summary>
    Task<string[]> Active();

    /// <summary>These, and the last ones that are finished.</summary>
    Task<string[]> All();
}
