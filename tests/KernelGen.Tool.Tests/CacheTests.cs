using KernelGen.Tool.CommandLine;

namespace KernelGen.Tool.Tests;

/// <summary>What takes long is done once: kernels and packed weights are kept, found again, and made anew where they are damaged or old.</summary>
public sealed class CacheTests : IDisposable
{
    private const string Text = "The dog.\n";

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _cache;
    private readonly string _kernels;
    private readonly string _expected;

    public CacheTests(ModelFolders models)
    {
        // The same model elsewhere has the same kernels.
        _model = TextFolder.Marian(_folder.File("model"));
        _cache = _folder.File("cache");
        _expected = models.Run(Text, "translate").Output;
        Directory.CreateDirectory(Path.Combine(_cache, "kernels"));
        _kernels = Path.Combine(_cache, "kernels", Path.GetFileName(models.Kernels));
        File.Copy(models.Kernels, _kernels);
    }

    private string[] Weights => Directory.GetFiles(Path.Combine(_cache, "weights"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_second_start_compiles_nothing_and_packs_nothing()
    {
        Assert.DoesNotContain("compiling", Run().Error, StringComparison.Ordinal);
        string weights = Assert.Single(Weights);
        DateTime written = File.GetLastWriteTimeUtc(weights);
        Run();
        Assert.Equal(weights, Assert.Single(Weights));
        Assert.Equal(written, File.GetLastWriteTimeUtc(weights));

        // Each precision has weights of its own, and none compiles kernels again.
        Assert.DoesNotContain("compiling", Run(precision: WeightPrecision.BFloat16).Error, StringComparison.Ordinal);
        Assert.Equal(2, Weights.Length);
    }

    [Fact]
    public void Weights_of_a_file_that_has_changed_are_packed_anew_and_the_old_ones_go()
    {
        Run();
        string before = Assert.Single(Weights);
        string file = Path.Combine(_model, "model.safetensors");
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        Run();
        Assert.NotEqual(before, Assert.Single(Weights));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(-1)]
    public void Damaged_weights_are_packed_anew(int place)
    {
        Run();
        string weights = Assert.Single(Weights);
        byte[] all = File.ReadAllBytes(weights);
        Damage(weights, all, place);
        Run();
        Assert.Equal(all, File.ReadAllBytes(weights));
    }

    [Fact]
    public void Damaged_kernels_are_compiled_anew()
    {
        byte[] all = File.ReadAllBytes(_kernels);
        Damage(_kernels, all, place: 1000);
        Assert.Contains("compiling", Run().Error, StringComparison.Ordinal);
        Assert.Equal(all, File.ReadAllBytes(_kernels));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_done_without()
    {
        string file = _folder.Write("file", "");
        ToolRun run = Run(cache: file);
        Assert.Contains($"note: the cache '{file}' cannot be written, so that the next start takes as long as this one", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'), static line => line.Contains("note: the cache", StringComparison.Ordinal));
        Assert.Equal(0, new FileInfo(file).Length);
    }

    [Fact]
    public void Without_a_cache_nothing_is_kept()
    {
        Directory.Delete(_cache, recursive: true);
        ToolRun run = ToolRun.With(Text, "translate", _model, "--no-cache");
        Assert.Equal((0, _expected), (run.ExitCode, run.Output));
        Assert.False(Directory.Exists(_cache));
        ToolRun.With(Text, "translate", _model, "--no-cache", "--cache", _cache).AssertRefused("exclude each other");
    }

    [Fact]
    public void Only_its_user_reads_a_cache()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Folders have no mode there.");
            return;
        }

        File.SetUnixFileMode(Path.Combine(_cache, "kernels"), (UnixFileMode)0b111_111_111);
        Run();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_cache, "kernels")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_cache, "weights")));
    }

    [Fact]
    public async Task Several_processes_may_begin_at_once()
    {
        ToolProcess[] processes = [.. Enumerable.Range(0, 3).Select(_ => ToolProcess.Start("translate", _model, "--cache", _cache))];
        foreach (ToolProcess process in processes)
        {
            await process.WriteAsync(Text);
        }

        foreach (ToolProcess process in processes)
        {
            ToolRun run = await process.EndAsync();
            Assert.Equal((0, _expected), (run.ExitCode, run.Output));
        }

        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Kernels_may_be_compiled_several_times_at_once()
    {
        byte[] all = File.ReadAllBytes(_kernels);
        File.Delete(_kernels);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Run())));
        Assert.Equal(all, File.ReadAllBytes(_kernels));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task The_usual_cache_is_where_the_system_has_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The variable is one of Unix.");
        Directory.Move(_cache, _folder.File("kernelgen"));
        ToolProcess process = ToolProcess.Start(("XDG_CACHE_HOME", _folder.Path), "translate", _model);
        await process.WriteAsync(Text);
        Assert.Equal(_expected, (await process.EndAsync()).Output);
        Assert.Single(Directory.GetFiles(_folder.File("kernelgen/weights")));
    }

    private static void Damage(string path, byte[] all, int place)
    {
        byte[] damaged = [.. all];
        if (place >= 0)
        {
            damaged[place] ^= 0x20;
        }

        File.WriteAllBytes(path, place >= 0 ? damaged : damaged[..(all.Length / 2)]);
    }

    private void AssertNothingIsLeft()
    {
        Assert.Single(Weights);
        Assert.DoesNotContain(Directory.GetFiles(_cache, "*", SearchOption.AllDirectories), static file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    /// <summary>Translates on a terminal, which is told what takes long.</summary>
    private ToolRun Run(string? cache = null, WeightPrecision? precision = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var bytes = new MemoryStream();
        var streams = new StandardStreams(() => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Text)), () => bytes) { IsErrorTerminal = true };
        int exitCode = KernelGenCommand.Run(["translate", _model, "--cache", cache ?? _cache, "--precision", (precision ?? WeightPrecision.Float32).ToString()], new Terminal(output, error, isInteractive: false, streams));
        var run = new ToolRun(exitCode, System.Text.Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
        Assert.Equal(0, run.ExitCode);
        if (precision is null)
        {
            Assert.Equal(_expected, run.Output);
        }

        return run;
    }
}
