using System.ComponentModel;
using System.Diagnostics;

namespace KernelGen.Tests;

/// <summary>Programs of others that are tested against where they are installed, such as Debian's packages <c>sentencepiece</c>, <c>python3-sentencepiece</c> and <c>python3-torch</c>.</summary>
internal static class InstalledProgram
{
    /// <summary>Runs a program; skips the test where it, or the Python module that it needs, is not installed.</summary>
    /// <returns>What it writes.</returns>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed.");
        }

        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.SkipWhen(errors.Result.Contains("No module named", StringComparison.Ordinal), $"{program} lacks a module: {errors.Result.TrimEnd().Split('\n')[^1]}.");
            Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}");
            return output;
        }
    }

    /// <summary>A Python that has PyTorch; the test is skipped where there is none.</summary>
    public static string PythonWithTorch()
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardError = true })!;
                process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return python;
                }
            }
            catch (Win32Exception)
            {
                // There is no such program.
            }
        }

        Assert.Skip("There is no Python with PyTorch.");
        throw new UnreachableException();
    }
}
