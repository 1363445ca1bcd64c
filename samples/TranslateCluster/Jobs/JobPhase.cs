namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>Where a job is.</summary>
internal enum JobPhase
{
    /// <summary>There is something to do.</summary>
    Running,

    /// <summary>All is translated.</summary>
    Done,

    /// <summary>All is translated but what was given up.</summary>
    Failed,

    /// <summary>It was cancelled, and silos may still work on it.</summary>
    Cancelling,

    /// <summary>It was cancelled.</summary>
    Cancelled,
}
