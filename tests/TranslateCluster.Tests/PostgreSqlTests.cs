namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>Three silos on a real PostgreSQL, and what may happen to them. It takes a minute or two, so it is asked for: see the README of the sample.</summary>
public sealed class PostgreSqlTests : IAsyncDisposable
{
    private const string Variable = "KERNELGEN_CLUSTER_POSTGRES";
    private const int Lines = 36_000;

    private readonly ClusterFolder _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Whatever_happens_to_silos_and_database_the_output_is_that_of_one_process()
    {
        string? programs = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(programs), $"{Variable} does not name the folder of PostgreSQL's programs, such as /usr/lib/postgresql/15/bin.");
        Assert.SkipUnless(File.Exists(Path.Combine(programs!, "initdb")), $"{programs} has no initdb: PostgreSQL is not installed there.");
        await using PostgreSqlServer database = await PostgreSqlServer.StartAsync(programs!);
        string[] connection = ["--database", database.ConnectionString];
        string[] silo = [.. connection, "--threads", "1", "--dead-after", "6", "--address", "127.0.0.1"];
        string input = await _folder.WriteInputAsync("in.txt", Lines);
        byte[] alone = await _folder.TranslateAloneAsync(input);
        string output = _folder["out.txt"];

        // All three make the tables at once.
        RunningProcess[] silos = [StartSilo(silo), StartSilo(silo), StartSilo(silo)];
        await Task.WhenAll(silos.Select(static silo => silo.WaitForAsync("has joined")));
        (RunningProcess healthy, RunningProcess killed, RunningProcess frozen) = (silos[0], silos[1], silos[2]);
        RunningProcess translate = _folder.Start(["translate", .. connection, "--shard", "12000", input, output]);

        await WaitForPartsAsync(translate, 10);
        await killed.SignalAsync("KILL");
        await WaitForPartsAsync(translate, 15);
        await frozen.SignalAsync("STOP");
        await WaitForPartsAsync(translate, 20);
        await database.CrashAsync();
        await Task.Delay(3000, TestContext.Current.CancellationToken);
        await database.StartAsync();

        // Another joins, and the frozen one wakes up while its work is with others.
        RunningProcess late = StartSilo(silo);
        await late.WaitForAsync("has joined");
        await WaitForPartsAsync(translate, 30);
        await frozen.SignalAsync("CONT");

        int exitCode = await translate.WaitForExitAsync();
        string everything = string.Join("\n---\n", ((RunningProcess[])[translate, healthy, killed, frozen, late]).Select(static process => process.Output));
        Assert.True(exitCode == 0, everything);
        Assert.Contains($"{Lines:N0} lines", translate.Output);
        Assert.Equal(alone, await ClusterFolder.ReadAsync(output));
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(output)!));
        Assert.Equal(1, await frozen.WaitForExitAsync());
        Assert.DoesNotContain("   at ", everything);
        TestContext.Current.TestOutputHelper!.WriteLine(everything);
    }

    /// <summary>Starts a silo at ports of its own: between machines, all would have the same.</summary>
    private RunningProcess StartSilo(string[] options) => _folder.Start(
        ["silo", .. options, "--port", $"{PostgreSqlServer.FreePort()}", "--gateway-port", $"{PostgreSqlServer.FreePort()}"]);

    private async Task WaitForPartsAsync(RunningProcess translate, int parts)
    {
        while (Directory.GetFiles(_folder[""], "0*", SearchOption.AllDirectories).Count(static part => Path.GetExtension(part).Length == 0) < parts)
        {
            Assert.False(translate.HasExited, translate.Output);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
