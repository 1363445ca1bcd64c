using System.Diagnostics;
using KernelGen.Benchmarks.Measuring;

namespace KernelGen.Benchmarks.Start;

/// <summary>A program that can be started: its file, and what stands before its own arguments.</summary>
/// <param name="FileName">What is started.</param>
/// <param name="Arguments">The first arguments: under the JIT the program's assembly.</param>
/// <param name="Folder">Where it was published.</param>
internal sealed record StartedProgram(string FileName, IReadOnlyList<string> Arguments, string Folder)
{
    /// <summary>The megabytes of what has to be shipped; packages add libraries of other systems, which have not.</summary>
    public double Megabytes => Directory.EnumerateFiles(Folder)
        .Where(static file => OperatingSystem.IsWindows() || !file.EndsWith(".dll", StringComparison.Ordinal))
        .Sum(static file => new FileInfo(file).Length) / 1e6;

    /// <summary>Starts it; its errors are seen here.</summary>
    public Process Start(IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(FileName, [.. Arguments, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true })
        ?? throw new InvalidOperationException($"{FileName} did not start.");

    /// <summary>Starts it to generate one token, and waits for its end.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Its weights.</param>
    /// <param name="options">More arguments.</param>
    public FirstTokenRun FirstToken(string model, string path, params IEnumerable<string> options)
    {
        double? processorBefore = ChildProcessorTime.Seconds();
        long start = Stopwatch.GetTimestamp();
        using Process process = Start(["first", model, path, .. options]);
        string? line = process.StandardOutput.ReadLine();
        double tokenSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.WaitForExit();
        double endSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return process.ExitCode == 0 && line is not null
            ? new FirstTokenRun(line, tokenSeconds, endSeconds, ChildProcessorTime.Seconds() - processorBefore)
            : throw new InvalidOperationException($"{FileName} ended with {process.ExitCode}, and without a token of {model}.");
    }
}
