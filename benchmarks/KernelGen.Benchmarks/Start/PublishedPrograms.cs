using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KernelGen.Benchmarks.Start;

/// <summary>The start programs, published: native, and for the JIT.</summary>
internal sealed class PublishedPrograms : IDisposable
{
    private const string KernelGenProject = "KernelGen.Benchmarks.Start", OnnxRuntimeProject = "KernelGen.Benchmarks.Start.OnnxRuntime";

    private readonly string _repository;
    private readonly string _folder;
    private readonly bool _isTemporary;
    private readonly List<string> _missing = [];

    /// <summary>Publishes.</summary>
    /// <param name="repository">The repository with the projects.</param>
    /// <param name="folder">Where programs are kept, and used again where they are there already; <see langword="null"/> for a temporary folder.</param>
    public PublishedPrograms(string repository, string? folder)
    {
        _repository = repository;
        _isTemporary = folder is null;
        _folder = folder ?? Directory.CreateTempSubdirectory("kernelgen-start-").FullName;
        KernelGen = Native(KernelGenProject);
        KernelGenJit = Publish(KernelGenProject, "jit", ["-p:PublishAot=false", "--self-contained", "false"], KernelGenProject + ".dll") is { } assembly
            ? new StartedProgram(Dotnet, [assembly], Path.GetDirectoryName(assembly)!)
            : null;
        OnnxRuntime = Native(OnnxRuntimeProject);
    }

    /// <summary>KernelGen, native; <see langword="null"/> where it could not be published.</summary>
    public StartedProgram? KernelGen { get; }

    /// <summary>The same program for the JIT.</summary>
    public StartedProgram? KernelGenJit { get; }

    /// <summary>ONNX Runtime, native.</summary>
    public StartedProgram? OnnxRuntime { get; }

    /// <summary>What could not be published, and why, one sentence each.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>What runs and builds .NET programs: the one that runs this, where it says so.</summary>
    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    public void Dispose()
    {
        if (_isTemporary)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private StartedProgram? Native(string project) =>
        Publish(project, "native", [], project + (OperatingSystem.IsWindows() ? ".exe" : "")) is { } program
            ? new StartedProgram(program, [], Path.GetDirectoryName(program)!)
            : null;

    /// <summary>Publishes a project unless that was done before.</summary>
    /// <returns>The path of the program, or <see langword="null"/> where it is in <see cref="Missing"/>.</returns>
    private string? Publish(string project, string kind, IEnumerable<string> options, string file)
    {
        string output = Path.Combine(_folder, project, kind);
        string program = Path.Combine(output, file);
        if (File.Exists(program))
        {
            return program;
        }

        Console.Error.WriteLine($"publishing {project}, {kind}");
        string[] arguments =
        [
            "publish", Path.Combine(_repository, "benchmarks", project), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-o", output,
            "-nodeReuse:false", "-p:UseSharedCompilation=false", "-v", "quiet", .. options,
        ];
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(Dotnet, arguments) { RedirectStandardOutput = true })!;
            string said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0 && File.Exists(program))
            {
                return program;
            }

            string reason = said.Split('\n').FirstOrDefault(static line => line.Contains("error", StringComparison.Ordinal))?.Trim() ?? $"it ended with {process.ExitCode}";
            _missing.Add($"Left out: {project} ({kind}), because dotnet publish failed: {reason}.");
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or FileNotFoundException)
        {
            _missing.Add($"Left out: {project} ({kind}), because {Dotnet} could not be started: {exception.Message}");
        }

        return null;
    }
}
