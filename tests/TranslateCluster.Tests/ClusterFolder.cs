using KernelGen.Tests;

namespace KernelGen.Samples.TranslateCluster.Tests;

/// <summary>A folder for a test: input, what one process makes of it, and the processes that are started for it.</summary>
internal sealed class ClusterFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly List<RunningProcess> _processes = [];

    public string Database => this["cluster.db"];

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public async ValueTask DisposeAsync()
    {
        foreach (RunningProcess process in _processes)
        {
            await process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Starts the program that is tested.</summary>
    public RunningProcess Start(params string[] arguments)
    {
        RunningProcess process = RunningProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "TranslateCluster.dll"), .. arguments]);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts silos at once, and waits until all have joined.</summary>
    public async Task<RunningProcess[]> StartSilosAsync(int count, params string[] arguments)
    {
        RunningProcess[] silos = [.. Enumerable.Range(0, count).Select(_ => Start(["silo", .. arguments]))];
        await Task.WhenAll(silos.Select(static silo => silo.WaitForAsync("has joined")));
        return silos;
    }

    /// <summary>Writes a file of so many lines, no two of which are alike, with whatever may be in a file.</summary>
    public async Task<string> WriteInputAsync(string name, int lines)
    {
        string[] sentences = [.. (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "word-order.tsv"), TestContext.Current.CancellationToken))
            .Where(static line => !line.StartsWith('#')).Select(static line => line.Split('\t')[0])];
        var random = new Random(lines);
        await using FileStream file = File.Create(this[name]);
        for (int line = 0; line < lines; line++)
        {
            string text = $"{sentences[random.Next(sentences.Length)]}{sentences[random.Next(sentences.Length)]}{line}";
            byte[] bytes = (line % 500) switch
            {
                7 => [0xFF, 0xFE, (byte)'\n'],
                8 => "\r\n"u8.ToArray(),
                9 => System.Text.Encoding.UTF8.GetBytes($"\uFEFF{text}\r\n"),
                10 => System.Text.Encoding.UTF8.GetBytes($"龘靐\n"),
                _ => System.Text.Encoding.UTF8.GetBytes($"{text}\n"),
            };
            await file.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }

        return this[name];
    }

    /// <summary>Translates a file in one process.</summary>
    public async Task<byte[]> TranslateAloneAsync(string input)
    {
        string output = this["alone.txt"];
        ChildProgram program = await ChildProgram.Run("Translate", "", "--file", input, "--output", output);
        Assert.Equal(0, program.ExitCode);
        return await ReadAsync(output);
    }

    public static Task<byte[]> ReadAsync(string path) => File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
}
