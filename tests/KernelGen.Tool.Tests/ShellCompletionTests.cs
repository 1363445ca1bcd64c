using System.ComponentModel;
using System.Diagnostics;

namespace KernelGen.Tool.Tests;

/// <summary>What a line becomes in the shells that are installed, each with the script that the tool writes for it.</summary>
public sealed class ShellCompletionTests
{
    /// <summary>Each prints what the shell offers for the line $1, or $argv[1], one completion a line; the current folder has the files.</summary>
    private static readonly Dictionary<string, string> Harnesses = new()
    {
        ["bash"] = """
            kernelgen() { dotnet "$KERNELGEN" "$@"; }
            COMP_LINE=$1 COMP_POINT=${#1}
            read -ra COMP_WORDS <<<"$1"
            [[ $1 != *' ' ]] || COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _kernelgen
            [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
            printf '%s\n' "${COMPREPLY[@]}"
            """,
        ["fish"] = """
            function kernelgen; dotnet $KERNELGEN $argv; end
            complete -C "$argv[1]"
            """,
        ["pwsh"] = """
            function global:kernelgen { dotnet $env:KERNELGEN @args }
            (TabExpansion2 $args[0] $args[0].Length).CompletionMatches | ForEach-Object { $_.CompletionText -replace '^\./', '' }
            """,
    };

    [Theory]
    [InlineData("bash")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Lines_are_completed(string shell)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The harnesses are for systems with POSIX shells.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "weights.safetensors"), "");
        Assert.Equal(["bench", "check", "completions", "inspect", "pack", "score", "serve", "transcribe", "translate"], await Complete("kernelgen "));
        Assert.Equal(["pack"], await Complete("kernelgen p"));
        Assert.Equal(["--json"], await Complete("kernelgen inspect --js"));
        Assert.Equal(["weights.safetensors"], await Complete("kernelgen inspect we"));
        Assert.Equal(["bfloat16", "float32", "int4", "int8"], await Complete("kernelgen pack weights.safetensors --precision "));
        Assert.Equal(["HeadDimension=", "Heads="], await Complete("kernelgen check weights.safetensors --set He"));

        async Task<string[]> Complete(string line)
        {
            // A script of its own: PowerShell wants the name to end so, the others do not mind.
            string script = Path.Combine(folder.Path, ".complete.ps1");
            File.WriteAllText(script, $"{ToolRun.Of("completions", shell).Output}\n{Harnesses[shell]}\n");
            var start = new ProcessStartInfo(shell, [.. shell == "pwsh" ? ["-NoProfile", "-File"] : Array.Empty<string>(), script, line])
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
            };
            start.Environment["KERNELGEN"] = Path.Combine(AppContext.BaseDirectory, "KernelGen.Tool.dll");
            start.Environment["HOME"] = folder.Path;
            Process? process = null;
            try
            {
                process = Process.Start(start);
            }
            catch (Win32Exception)
            {
                Assert.Skip($"{shell} is not installed.");
            }

            using Process running = process!;
            string output = await running.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await running.WaitForExitAsync(TestContext.Current.CancellationToken);
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(static completion => completion.Split('\t')[0]).Where(static completion => !completion.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
    }
}
