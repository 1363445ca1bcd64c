using System.Net;
using KernelGen.Samples.TranslateCluster.Storage;

namespace KernelGen.Samples.TranslateCluster.Hosting;

/// <summary>How a silo is started.</summary>
internal sealed record SiloOptions
{
    public required ClusterDatabase Database { get; init; }

    /// <summary>The name of the cluster, of which a database can have several.</summary>
    public required string Cluster { get; init; }

    public required TimeSpan DeadAfter { get; init; }

    /// <summary>The address that other silos and clients find it at, or <see langword="null"/> for what the database suggests.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The port for other silos, or <see langword="null"/> for what the database suggests.</summary>
    public int? Port { get; init; }

    /// <summary>The port for clients, or <see langword="null"/> for what the database suggests.</summary>
    public int? GatewayPort { get; init; }

    /// <summary>The port for browsers on this machine, or <see langword="null"/> for no dashboard.</summary>
    public int? DashboardPort { get; init; }

    public required int Threads { get; init; }

    public string? Model { get; init; }

    public WeightPrecision? Precision { get; init; }

    /// <summary>Whether the log has what is of no concern to who runs a silo.</summary>
    public bool IsVerbose { get; init; }
}
