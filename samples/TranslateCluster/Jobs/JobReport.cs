namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>How far a job is.</summary>
[GenerateSerializer, Immutable]
internal sealed record JobReport
{
    [Id(0)]
    public required string Job { get; init; }

    [Id(1)]
    public required JobRequest Request { get; init; }

    [Id(2)]
    public required JobPhase Phase { get; init; }

    [Id(3)]
    public required int Shards { get; init; }

    [Id(4)]
    public required int ShardsDone { get; init; }

    [Id(5)]
    public required long Bytes { get; init; }

    /// <summary>The bytes of shards that are done, and of those that are under way.</summary>
    [Id(6)]
    public required long BytesRead { get; init; }

    [Id(7)]
    public required long Lines { get; init; }

    [Id(8)]
    public required long Sentences { get; init; }

    [Id(9)]
    public required long UnknownLines { get; init; }

    /// <summary>How many silos work on it.</summary>
    [Id(10)]
    public required int Silos { get; init; }

    /// <summary>How many units were given up.</summary>
    [Id(11)]
    public required int GivenUp { get; init; }

    /// <summary>What went wrong, as a line of text each; what was given up first, and not all where there is much.</summary>
    [Id(12)]
    public required string[] Failures { get; init; }

    [Id(13)]
    public required DateTime Begun { get; init; }

    [Id(14)]
    public required DateTime? Ended { get; init; }

    /// <summary>Whether nothing more happens.</summary>
    public bool IsOver => Phase is JobPhase.Done or JobPhase.Failed or JobPhase.Cancelled;
}
