using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace KernelGen.Package.Tests;

/// <summary>All packages, packed once into a folder that serves as a feed; and what runs programs that use them.</summary>
[CollectionDefinition(nameof(PackageFeed))]
public sealed class PackageFeed : ICollectionFixture<PackageFeed>, IDisposable
{
    public const string Version = "0.0.1-test";

    public PackageFeed()
    {
        foreach (string project in new[] { "runtime/KernelGen", "runtime/KernelGen.Text", "runtime/KernelGen.Audio", "runtime/KernelGen.Extensions.Hosting", "runtime/KernelGen.Extensions.AspNetCore", "runtime/KernelGen.Extensions.AI", "tools/kernelgen", "templates" })
        {
            Dotnet(Repository, "pack", project, "-c", "Release", "-o", Folder, $"-p:PackageVersion={Version}");
        }
    }

    public static string Repository { get; } =
        typeof(PackageFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>A small model and what it answers.</summary>
    public static string Golden { get; } = Path.Combine(Repository, "tests", "KernelGen.Tests", "Goldens", "data", "vanilla-head-64");

    /// <summary>The folder of the packages; what tests write goes into folders below.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("kernelgen-package-").FullName;

    /// <summary>The path of a package.</summary>
    public string Package(string id, string extension = "nupkg") => Path.Combine(Folder, $"{id}.{Version}.{extension}");

    /// <summary>Copies a program beside the packages and restores it, which must work from the packed files.</summary>
    public string Restore(string program, params string[] properties) => Restore(program, program, properties);

    /// <summary>Restores a program whose sources are copied already.</summary>
    public void RestoreIn(string folder, params string[] properties) => Dotnet(folder, ["restore", .. Shared(properties)]);

    /// <summary>Restores and builds a project or a solution of a folder.</summary>
    public void BuildIn(string folder, string project, params string[] properties) => Dotnet(folder, ["build", project, "-c", "Release", .. Shared(properties)]);

    /// <summary>Restores and builds a program, and returns how it is started.</summary>
    public string Build(string program, params string[] properties)
    {
        string folder = Restore(program, properties);
        Dotnet(folder, ["build", "--no-restore", "-c", "Release", "-o", Path.Combine(folder, "out"), .. Shared(properties)]);
        return Path.Combine(folder, "out", "Consumer.dll");
    }

    /// <summary>Restores a program and publishes it as a native one, and returns the path of that.</summary>
    public string Publish(string program, params string[] properties)
    {
        string folder = Restore(program, program + "-native", ["PublishAot=true", .. properties]);
        return PublishIn(folder, "Consumer", ["PublishAot=true", .. properties]);
    }

    /// <summary>Publishes a program that is restored already, and returns the path of the native program.</summary>
    public string PublishIn(string folder, string name, params string[] properties)
    {
        Dotnet(folder, ["publish", "--no-restore", "-c", "Release", "-o", Path.Combine(folder, "out"), .. Shared(properties)]);
        return Path.Combine(folder, "out", OperatingSystem.IsWindows() ? name + ".exe" : name);
    }

    private string Restore(string program, string name, string[] properties)
    {
        string folder = Path.Combine(Folder, name);
        string sources = Path.Combine(Repository, "tests", "KernelGen.Package.Tests", program);
        foreach (string file in Directory.GetFiles(sources, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(sources, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        RestoreIn(folder, properties);
        return folder;
    }

    // What is unpacked while restoring lies beside the packages, so that these packages never get among the user's own.
    private string[] Shared(string[] properties) =>
    [
        $"-p:RestoreAdditionalProjectSources={Folder}",
        $"-p:RestorePackagesPath={Path.Combine(Folder, "packages")}",
        $"-p:KernelGenVersion={Version}",
        .. properties.Select(static property => "-p:" + property),
    ];

    /// <summary>Runs a command of the SDK, or a program, which must succeed.</summary>
    public static string Dotnet(string folder, params string[] arguments)
    {
        (int exitCode, string output) = Run("dotnet", folder, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    /// <summary>Runs a program, and returns what it wrote to both of its outputs.</summary>
    public static (int ExitCode, string Output) Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        // Where a tool finds the runtime that these tests run on.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(typeof(object).Assembly.Location, "..", "..", "..", ".."));
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
