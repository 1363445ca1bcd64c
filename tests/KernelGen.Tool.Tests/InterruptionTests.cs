namespace KernelGen.Tool.Tests;

/// <summary>What ends the tool before its work is done: a signal, a reader that goes away.</summary>
public sealed class InterruptionTests(ModelFolders models) : IDisposable
{
    private const int LineCount = 20_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Whole_lines_stay_and_the_work_goes_on_with_the_next_run(string signal, int exitCode)
    {
        ToolProcess.RequireSignals();
        string input = _folder.Write("in.txt", string.Concat(Enumerable.Range(0, LineCount).Select(static i => $"The dog {i}.\n")));
        string output = _folder.File("out.txt");
        string[] translate = ["translate", models.Marian, "--cache", models.Cache, "-i", input, "-o", output, "--beam", "1", "--max-length", "2", "--batch", "64"];
        ToolProcess process = ToolProcess.Start(translate);
        while (!File.Exists(output) || new FileInfo(output).Length < 1000)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        process.Signal(signal);
        ToolRun run = await process.WaitAsync();
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        string[] lines = File.ReadAllText(output).Split('\n');
        Assert.InRange(lines.Length, 2, LineCount);
        Assert.Equal("", lines[^1]);
        Assert.Equal($"kernelgen: interrupted; '{output}' has the results of {lines.Length - 1} lines. The same command with --resume goes on from there.\n", run.Error);

        // The first thousand lines or so, with a cut of its own.
        int count = lines.Length + 100;
        string some = _folder.Write("some.txt", string.Concat(File.ReadLines(input).Take(count).Select(static line => line + "\n")));
        Assert.Equal(0, ToolRun.Of([.. translate.Select(argument => argument == input ? some : argument), "--resume"]).ExitCode);
        string expected = ToolRun.With(File.ReadAllText(some), "translate", models.Marian, "--cache", models.Cache, "--beam", "1", "--max-length", "2").Output;
        Assert.Equal(expected, File.ReadAllText(output));
    }

    [Fact]
    public async Task Each_line_is_answered_at_once_and_an_interruption_ends_the_waiting()
    {
        ToolProcess.RequireSignals();
        ToolProcess process = ToolProcess.Start("translate", models.Marian, "--cache", models.Cache, "--max-length", "4");
        foreach (string line in new[] { "The dog.", "", "A b c" })
        {
            await process.WriteAsync(line + "\n");
            Assert.Equal(models.Run(line + "\n", "translate", "--max-length", "4").Output, await process.Output.ReadLineAsync(TestContext.Current.CancellationToken) + "\n");
        }

        process.Signal("INT");
        Assert.Equal(new ToolRun(130, "", "kernelgen: interrupted; the results of 3 lines are written.\n"), await process.WaitAsync());
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_work_quietly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows says nothing of pipes without a reader.");
        string input = _folder.Write("in.txt", string.Concat(Enumerable.Repeat("The dog.\n", LineCount)));
        ToolProcess process = ToolProcess.Start("translate", models.Marian, "--cache", models.Cache, "-i", input, "--beam", "1", "--max-length", "2", "--batch", "64");
        Assert.NotNull(await process.Output.ReadLineAsync(TestContext.Current.CancellationToken));
        process.CloseOutput();
        Assert.Equal(new ToolRun(141, "", ""), await process.WaitAsync());
    }
}
