using System.CommandLine;
using KernelGen.Samples.TranslateCluster.Hosting;

namespace KernelGen.Samples.TranslateCluster.Commands;

/// <summary><c>silo</c>: joins the cluster and works until it is stopped.</summary>
internal sealed class SiloCommand : ClusterCommand
{
    private readonly SiloSettings _silo = new();

    public SiloCommand()
        : base("silo", "Joins the cluster, or begins one, and works on jobs until it is stopped with Ctrl+C or SIGTERM. What it was doing is done by others then.") => _silo.AddTo(this);

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        SiloOptions options = _silo.Read(result, Database(result), Cluster(result), IsVerbose(result));
        using IHost host = await SiloHost.StartAsync(options, cancellation);
        string dashboard = options.DashboardPort is { } port ? $", http://localhost:{port}" : "";
        Program.WriteLine($"silo {host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint} has joined '{options.Cluster}' ({options.Database}): {options.Threads} threads{dashboard}");
        await host.WaitForShutdownAsync(cancellation);
        return Program.Success;
    }
}
