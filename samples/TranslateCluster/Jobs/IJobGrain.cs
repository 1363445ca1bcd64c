namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>A job: the files of one call of <c>translate</c>. Its key is its number, which follows from its output.</summary>
internal interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Begins the job, or joins it where it is under way already.</summary>
    /// <returns>What is wrong with the request, or <see langword="null"/>.</returns>
    Task<string?> Submit(JobRequest request);

    /// <summary>How far the job is, or <see langword="null"/> where there is none of this number.</summary>
    Task<JobReport?> Report();

    /// <summary>Ends the job before it is done, and deletes what there is of its output.</summary>
    /// <returns>What is wrong with that, or <see langword="null"/>.</returns>
    Task<string?> Cancel();

    /// <summary>Tries what was given up once more.</summary>
    /// <returns>What is wrong with that, or <see langword="null"/>.</returns>
    Task<string?> Retry();

    /// <summary>Gives a silo something to do, which is then its own until it is silent for too long.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="model">What it translates with: all silos of a job must translate with the same.</param>
    Task<WorkUnit?> Claim(string silo, string model);

    /// <summary>Tells that a silo still works on its units.</summary>
    /// <returns>The units that it need not go on with.</returns>
    Task<int[]> Heartbeat(string silo, UnitProgress[] units);

    /// <summary>Tells that a unit is done, and its output where it belongs.</summary>
    Task Complete(string silo, UnitProgress unit);

    /// <summary>Tells that a unit could not be done.</summary>
    Task Fail(string silo, int unit, string reason);

    /// <summary>Tells that the output of shards that were done is not there any more.</summary>
    Task Lose(int unit, int[] shards);

    /// <summary>Gives units back, because the silo leaves.</summary>
    Task Release(string silo, int[] units);
}
