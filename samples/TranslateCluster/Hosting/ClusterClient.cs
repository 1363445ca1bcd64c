using KernelGen.Samples.TranslateCluster.Storage;
using Orleans.Configuration;

namespace KernelGen.Samples.TranslateCluster.Hosting;

/// <summary>Connects to the silos of a cluster.</summary>
internal static class ClusterClient
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectingTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectingPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Connects.</summary>
    /// <exception cref="IOException">No silo answers.</exception>
    public static async Task<IHost> ConnectAsync(ClusterDatabase database, string cluster, bool isVerbose, CancellationToken cancellation)
    {
        await database.CheckAsync(cancellation);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Logging.Configure(builder.Logging, isVerbose);
        long start = TimeProvider.System.GetTimestamp();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = cluster);
            client.Configure<ClientMessagingOptions>(static messaging => messaging.ResponseTimeout = ResponseTimeout);
            client.Configure<GatewayOptions>(static gateway => gateway.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
            client.UseAdoNetClustering(clustering =>
            {
                clustering.Invariant = database.Invariant;
                clustering.ConnectionString = database.ConnectionString;
            });
            client.UseConnectionRetryFilter(async (_, token) =>
            {
                await Task.Delay(ConnectingPause, token);
                return TimeProvider.System.GetElapsedTime(start) < ConnectingTime;
            });
        });
        IHost host = builder.Build();
        try
        {
            await host.StartAsync(cancellation);
            return host;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            host.Dispose();
            throw;
        }
        catch (Exception exception)
        {
            host.Dispose();
            throw new IOException($"no silo of the cluster '{cluster}' answers: start one with 'TranslateCluster silo', or give translate the option --silo. The database is {database}", exception);
        }
    }
}
