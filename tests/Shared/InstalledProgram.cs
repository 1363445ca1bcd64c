using System.Diagnostics;

namespace KernelGen.Text.Tests;

/// <summary>SentencePiece's own programs and module, where they are installed (Debian's packages <c>sentencepiece</c> and <c>python3-sentencepiece</c>).</summary>
internal static class SentencePieceLibrary
{
    /// <summary>Runs a program; skips the test where it is not installed.</summary>
    /// <returns>What it writes.</returns>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed.");
        }

        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.SkipWhen(errors.Result.Contains("No module named", StringComparison.Ordinal), "The module sentencepiece is not installed.");
            Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}");
            return output;
        }
    }
}
