using System.Diagnostics;

namespace KernelGen.Fuzzing.Tests;

/// <summary>The fuzzing program run as a process of its own, which a file may end without ending the tests.</summary>
/// <param name="ExitCode">The exit status.</param>
/// <param name="Output">Standard output and standard error.</param>
internal sealed record FuzzProgram(int ExitCode, string Output)
{
    public static async Task<FuzzProgram> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "KernelGen.Fuzzing.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A process that is meant to crash need not leave an image of its memory.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new FuzzProgram(process.ExitCode, await output + await error);
    }
}
