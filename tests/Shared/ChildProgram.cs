using System.Diagnostics;
using System.Text;

namespace KernelGen.Tests;

/// <summary>A program run as a process of its own: as a user meets it, or because it is meant to crash without ending the tests.</summary>
/// <param name="ExitCode">The exit status.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ChildProgram(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, then standard error.</summary>
    public string Everything => Output + Error;

    /// <summary>Runs a program.</summary>
    /// <param name="name">The program, which the build has put beside the tests.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Task<ChildProgram> Run(string name, string input, params string[] arguments) => Run(name, Encoding.UTF8.GetBytes(input), arguments);

    /// <inheritdoc cref="Run(string, string, string[])"/>
    public static async Task<ChildProgram> Run(string name, byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };

        // A process that is meant to crash need not leave an image of its memory.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program that refuses its arguments ends without reading.
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ChildProgram(process.ExitCode, await output, await error);
    }
}
