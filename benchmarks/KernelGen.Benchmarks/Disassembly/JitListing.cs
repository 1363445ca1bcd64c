using System.Diagnostics;
using KernelGen.Benchmarks.Models;

namespace KernelGen.Benchmarks.Disassembly;

/// <summary>What the JIT makes of a model's kernels. It says so only to a file that is named before a process starts, so this program starts itself.</summary>
internal static class JitListing
{
    /// <summary>The command of this program that compiles kernels and ends.</summary>
    public const string Command = "compile-kernels";

    /// <summary>Compiles the kernels of a model in another process, and reads what the JIT lists.</summary>
    /// <param name="model">The model.</param>
    /// <param name="instructionSet">Which kernels; for AVX2 the JIT is told not to use AVX-512, whose 32 registers other CPUs do not have.</param>
    /// <param name="file">Where the listing is written.</param>
    /// <exception cref="InvalidOperationException">The other process failed, or listed nothing.</exception>
    public static IReadOnlyList<CompiledMethod> Create(ModelCase model, InstructionSet instructionSet, string file)
    {
        // The JIT appends.
        File.Delete(file);
        string program = typeof(JitListing).Assembly.Location;
        string host = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(host, ["exec", program, Command, "--case", model.Name, "--isa", instructionSet.ToString().ToLowerInvariant()])
        {
            RedirectStandardError = true,
            Environment =
            {
                ["DOTNET_JitStdOutFile"] = file,
                ["DOTNET_JitDisasm"] = $"*{(instructionSet == InstructionSet.AvxVnni ? InstructionSet.Avx2 : instructionSet)}Kernels:*",
            },
        };
        if (instructionSet != InstructionSet.Avx512)
        {
            start.Environment["DOTNET_EnableAVX512"] = "0";
        }

        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 || !File.Exists(file))
        {
            throw new InvalidOperationException($"Compiling the kernels of {model.Name} for {instructionSet} in another process failed: exit code {process.ExitCode}. {errors}");
        }

        return CompiledMethod.ReadAll(File.ReadLines(file));
    }
}
