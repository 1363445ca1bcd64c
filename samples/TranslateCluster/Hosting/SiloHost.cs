using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using KernelGen.Samples.TranslateCluster.Work;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Serialization;
using Orleans.Storage;

namespace KernelGen.Samples.TranslateCluster.Hosting;

/// <summary>Starts a silo in this process.</summary>
internal static class SiloHost
{
    private const int UsualPort = 11111;
    private const int UsualGatewayPort = 30000;

    /// <summary>Threads of the pool that are for the silo, while others compute.</summary>
    private const int SpareThreads = 8;

    /// <summary>How long a silo that is asked to stop may take.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Loads the model, prepares the database and starts the silo.</summary>
    /// <returns>The silo, which has joined the cluster.</returns>
    public static async Task<IHost> StartAsync(SiloOptions options, CancellationToken cancellation)
    {
        // The pool adds threads slowly: a silo all of whose threads compute would be silent for so long that others take it for dead.
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, options.Threads + SpareThreads), completions);

        var model = new TranslationModel(options.Model, options.Precision);
        IPAddress address = options.Address ?? (options.Database.IsLocal ? IPAddress.Loopback : OwnAddress());
        (int port, int gatewayPort) = ChoosePorts(options, address);
        await options.Database.PrepareAsync(cancellation);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        if (options.DashboardPort is { } dashboard)
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(dashboard));
        }
        else
        {
            builder.WebHost.UseServer(new NoServer());
        }

        Logging.Configure(builder.Logging, options.IsVerbose);
        builder.Services.AddSingleton(model);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<ClusterSettings>(settings => settings.DeadAfter = options.DeadAfter);
        builder.Services.Configure<WorkerSettings>(settings => settings.Threads = options.Threads);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.UseOrleans(silo => Configure(silo, options, address, port, gatewayPort));
        builder.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, FatalErrorHandler>());

        // After the silo, so that it asks for work when the silo has joined, and stops before it leaves.
        builder.Services.AddHostedService<ShardWorker>();

        WebApplication host = builder.Build();
        if (options.DashboardPort is not null)
        {
            host.MapOrleansDashboard();
        }

        try
        {
            await host.StartAsync(cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options, IPAddress address, int port, int gatewayPort)
    {
        silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = options.Cluster);
        silo.Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = address;
            endpoint.SiloPort = port;
            endpoint.GatewayPort = gatewayPort;
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.NumMissedProbesLimit = 3;
            membership.ProbeTimeout = options.DeadAfter / membership.NumMissedProbesLimit;
            membership.MaxProbeTimeout = membership.ProbeTimeout;
            membership.TableRefreshTimeout = options.DeadAfter;
            membership.DefunctSiloCleanupPeriod = TimeSpan.FromHours(1);
        });
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = options.DeadAfter);
        silo.UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = options.Database.Invariant;
            clustering.ConnectionString = options.Database.ConnectionString;
        });
        silo.AddAdoNetGrainStorageAsDefault(builder => builder.Configure<Serializer>((storage, serializer) =>
        {
            storage.Invariant = options.Database.Invariant;
            storage.ConnectionString = options.Database.ConnectionString;
            storage.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
        }));
        silo.AddDashboard();
    }

    /// <summary>The first address of this machine that others can reach it at.</summary>
    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
        .Select(static address => address.Address)
        .FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;

    /// <summary>
    /// Chooses ports: those that were asked for, or any where the database tells everybody; but between machines the usual ones, for firewalls. They are tried here, so
    /// that it can be said which one is taken.
    /// </summary>
    private static (int Silo, int Gateway) ChoosePorts(SiloOptions options, IPAddress address)
    {
        using Socket silo = Bind(options.Port ?? (options.Database.IsLocal ? 0 : UsualPort), "--port");
        using Socket gateway = Bind(options.GatewayPort ?? (options.Database.IsLocal ? 0 : UsualGatewayPort), "--gateway-port");
        return (((IPEndPoint)silo.LocalEndPoint!).Port, ((IPEndPoint)gateway.LocalEndPoint!).Port);

        Socket Bind(int port, string option)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
                return socket;
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                throw new IOException($"port {port} of {address} cannot be used: {exception.Message}; {option} names another, --address another address", exception);
            }
        }
    }
}
