using KernelGen.Tests;

namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>Silos and commands as processes, on the embedded database.</summary>
public sealed class ClusterTests : IAsyncDisposable
{
    private readonly ClusterFolder _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Two_silos_one_of_which_is_killed_write_what_one_process_writes()
    {
        string input = await _folder.WriteInputAsync("in.txt", 2000);
        string output = _folder["out.txt"];
        string[] silo = ["--database", _folder.Database, "--threads", "1", "--dead-after", "2"];
        RunningProcess[] silos = await _folder.StartSilosAsync(2, silo);
        RunningProcess translate = _folder.Start("translate", "--database", _folder.Database, "--shard", "4096", input, output);
        while (Directory.GetFiles(Path.GetDirectoryName(output)!, "0*", SearchOption.AllDirectories).Length < 6)
        {
            Assert.False(translate.HasExited, translate.Output);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await silos[1].SignalAsync("KILL");
        Task<byte[]> alone = _folder.TranslateAloneAsync(input);
        Assert.Equal((0, true), (await translate.WaitForExitAsync(), translate.Output.Contains("2,000 lines", StringComparison.Ordinal)));
        Assert.Equal(await alone, await ClusterFolder.ReadAsync(output));
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(output)!));

        ChildProgram status = await ChildProgram.Run("TranslateCluster", "", "status", "--database", _folder.Database);
        Assert.Equal((0, ""), (status.ExitCode, status.Error));
        Assert.Contains($"  done  {input} → {output}", status.Output);
        Assert.Contains("2,000 lines", status.Output);

        await silos[0].SignalAsync("TERM");
        Assert.Equal(0, await silos[0].WaitForExitAsync());
    }

    [Fact]
    public async Task A_command_that_is_a_silo_itself_translates_folders_and_goes_on_after_a_failure()
    {
        string[] silo = ["--silo", "--database", _folder.Database];
        Directory.CreateDirectory(_folder["in"]);
        await File.WriteAllTextAsync(_folder["in/a.txt"], "\uFEFF狗追猫。\n\n猫追狗。", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["in/empty.txt"], "", TestContext.Current.CancellationToken);
        ChildProgram done = await ChildProgram.Run("TranslateCluster", "", ["translate", _folder["in"], _folder["out"], "--shard", "1", .. silo]);
        Assert.Equal((0, ""), (done.ExitCode, done.Error));
        Assert.Equal(["a.txt", "empty.txt"], Directory.GetFileSystemEntries(_folder["out"]).Select(Path.GetFileName).Order());
        Assert.Equal("The dog chases the cat.\n\nThe cat chases the dog.\n", await File.ReadAllTextAsync(_folder["out/a.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("", await File.ReadAllTextAsync(_folder["out/empty.txt"], TestContext.Current.CancellationToken));

        // A line without an end fails its shard, is said, and leaves nothing where the output belongs.
        string poisoned = _folder["poisoned.txt"];
        await using (FileStream file = File.Create(poisoned))
        {
            await file.WriteAsync("狗追猫。\n"u8.ToArray(), TestContext.Current.CancellationToken);
            file.SetLength(70 << 20);
        }

        ChildProgram failed = await ChildProgram.Run("TranslateCluster", "", ["translate", poisoned, _folder["poisoned.out"], .. silo]);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("bytes 0 to 1048575: the line that goes on at byte 1048576 has more than 64 MiB after it", failed.Error);
        Assert.Contains("has failed: 1 units were given up", failed.Error);
        Assert.DoesNotContain("   at ", failed.Error);
        Assert.False(File.Exists(_folder["poisoned.out"]));
    }

    [Theory]
    [InlineData(2, "--bogus", "silo", "--bogus")]
    [InlineData(1, "there is no database TEMP/none.db", "status", "--database", "TEMP/none.db")]
    [InlineData(1, "cannot be used", "silo", "--database", "Host=TEMP;Port=1;Database=a")]
    [InlineData(1, "none.packed", "silo", "--database", "TEMP/cluster.db", "--model", "TEMP/none.packed")]
    public async Task What_is_wrong_is_said_in_one_line(int exitCode, string complaint, params string[] arguments)
    {
        ChildProgram program = await ChildProgram.Run("TranslateCluster", "", [.. arguments.Select(argument => argument.Replace("TEMP", _folder[""].TrimEnd('/')))]);
        Assert.Equal((exitCode, ""), (program.ExitCode, program.Output));
        Assert.StartsWith("TranslateCluster: ", program.Error);
        Assert.Contains(complaint.Replace("TEMP", _folder[""].TrimEnd('/')), program.Error);
        Assert.Equal(program.Error.Length - 1, program.Error.IndexOf('\n'));
    }
}
