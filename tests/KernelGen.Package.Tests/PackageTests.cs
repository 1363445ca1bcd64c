using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using Xunit;

namespace KernelGen.Package.Tests;

/// <summary>The packed file, used as a stranger would: a project of its own that knows nothing but the package.</summary>
public sealed class PackageTests : IDisposable
{
    private const string PackageVersion = "0.0.1-test";

    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-package-").FullName;

    private static string Repository =>
        typeof(PackageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "RepositoryRoot").Value!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AConsumerBuildsAndRunsFromThePackedFile()
    {
        Run(Repository, "pack", "runtime/KernelGen", "-c", "Release", "-o", _folder, $"-p:PackageVersion={PackageVersion}");
        string package = Assert.Single(Directory.GetFiles(_folder, "*.nupkg"));
        AssertContents(package);

        string consumer = Path.Combine(_folder, "consumer");
        Copy(Path.Combine(Repository, "tests", "KernelGen.Package.Tests", "Consumer"), consumer);
        Run(consumer, "restore", "--source", _folder, $"-p:KernelGenVersion={PackageVersion}");
        Run(consumer, "build", "--no-restore", "-c", "Release", "-o", Path.Combine(consumer, "out"), $"-p:KernelGenVersion={PackageVersion}");

        string golden = Path.Combine(Repository, "tests", "KernelGen.Tests", "Goldens", "data", "vanilla-head-64");
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(golden, "case.json")));
        int end = expected.RootElement.GetProperty("settings").GetProperty("end_id").GetInt32();
        for (int i = 0; i < expected.RootElement.GetProperty("sources").GetArrayLength(); i++)
        {
            string source = Join(expected.RootElement.GetProperty("sources")[i]);
            string output = Run(consumer, Path.Combine("out", "Consumer.dll"), Path.Combine(golden, "model.safetensors"), source);
            int[] tokens = [.. expected.RootElement.GetProperty("greedy")[i].GetProperty("tokens").EnumerateArray().Select(static token => token.GetInt32())];
            if (tokens[^1] == end)
            {
                tokens = tokens[..^1];
            }

            Assert.Equal(["tiny: EncoderDecoder", "tokens: " + string.Join(',', tokens)], output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
    }

    private static string Join(JsonElement array) => string.Join(',', array.EnumerateArray().Select(static element => element.GetInt32()));

    private static void AssertContents(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        string[] names = [.. archive.Entries.Select(static entry => entry.FullName)];
        Assert.Contains("lib/net10.0/KernelGen.dll", names);
        Assert.Contains("lib/net10.0/KernelGen.xml", names);
        Assert.Contains("analyzers/dotnet/cs/KernelGen.Generator.dll", names);
        Assert.Contains("analyzers/dotnet/cs/KernelGen.Generator.CodeFixes.dll", names);
        Assert.Contains("build/KernelGen.props", names);
        Assert.Contains("README.md", names);
        using var specification = new StreamReader(archive.Entries.Single(static entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
        Assert.DoesNotContain("<dependency ", specification.ReadToEnd(), StringComparison.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{output}\n{error.Result}");
        return output;
    }
}
