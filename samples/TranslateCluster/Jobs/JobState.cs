namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>What is kept of a job in the database. Who works on what is not: that is told anew with each heartbeat.</summary>
[GenerateSerializer]
internal sealed class JobState
{
    [Id(0)]
    public JobRequest? Request { get; set; }

    /// <summary>Is part of the names of unfinished output, so that what an earlier run left behind is never taken for it.</summary>
    [Id(1)]
    public string Run { get; set; } = "";

    [Id(2)]
    public List<JobFile> Files { get; set; } = [];

    [Id(3)]
    public JobPhase Phase { get; set; }

    /// <summary>What the silos translate with, once one has begun.</summary>
    [Id(4)]
    public string? Model { get; set; }

    /// <summary>A bit for each unit that is done.</summary>
    [Id(5)]
    public byte[] Done { get; set; } = [];

    [Id(6)]
    public List<UnitFailure> Failures { get; set; } = [];

    [Id(7)]
    public long Lines { get; set; }

    [Id(8)]
    public long Sentences { get; set; }

    /// <summary>Lines that hold what the model does not know.</summary>
    [Id(9)]
    public long UnknownLines { get; set; }

    [Id(10)]
    public DateTime Begun { get; set; }

    [Id(11)]
    public DateTime? Ended { get; set; }

    /// <summary>A copy that does not change when this does.</summary>
    public JobState Copy()
    {
        var copy = (JobState)MemberwiseClone();
        copy.Files = [.. Files];
        copy.Done = [.. Done];
        copy.Failures = [.. Failures];
        return copy;
    }
}
