using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>A PostgreSQL of a test's own: a new database in a folder, on a free port of this machine.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    /// <summary>PostgreSQL does not run as root; then it runs as this user.</summary>
    private const string OtherUser = "nobody";

    private readonly string _programs;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly int _port = FreePort();

    private PostgreSqlServer(string programs) => _programs = programs;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Timeout=5");

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>A port of this machine that nobody listens at.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Makes a database and starts it.</summary>
    /// <param name="programs">The folder of PostgreSQL's programs.</param>
    public static async Task<PostgreSqlServer> StartAsync(string programs)
    {
        var server = new PostgreSqlServer(programs);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", OtherUser, server._folder.FullName);
        }

        await server.RunAsUserAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust");
        await server.StartAsync();
        return server;
    }

    public Task StartAsync() => RunAsUserAsync(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder.FullName, "log"), "-o", string.Create(CultureInfo.InvariantCulture, $"-p {_port} -k {_folder.FullName}"), "start");

    /// <summary>Stops it as a power failure does.</summary>
    public Task CrashAsync() => RunAsUserAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    public async ValueTask DisposeAsync()
    {
        await CrashAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // What it starts keeps its standard output, which would never end.
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]))!;
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ends with {process.ExitCode}");
    }

    private Task RunAsUserAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("runuser", ["-u", OtherUser, "--", Path.Combine(_programs, program), .. arguments])
        : RunAsync(Path.Combine(_programs, program), arguments);
}
