using System.Diagnostics;
using System.Text;

namespace KernelGen.Tool.Tests;

/// <summary>The tool as a process of its own, as a shell starts it: for signals, closed pipes, and several at once.</summary>
internal sealed class ToolProcess
{
    private const int InterruptNumber = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private Task<string>? _error;

    private ToolProcess(Process process) => _process = process;

    /// <summary>What the tool writes.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>Whether nobody reads any more what it writes.</summary>
    public bool IsOutputClosed { get; private set; }

    /// <summary>Reads its output no more.</summary>
    public void CloseOutput()
    {
        IsOutputClosed = true;
        Output.Close();
    }

    public static ToolProcess Start(params string[] arguments) => Start(null, arguments);

    /// <summary>Starts the tool.</summary>
    /// <param name="variable">A variable of its environment.</param>
    /// <param name="arguments">The command line.</param>
    public static ToolProcess Start((string Name, string Value)? variable, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "KernelGen.Tool.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        if (variable is var (name, value))
        {
            start.Environment[name] = value;
        }

        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>Writes to its standard input, which stays open.</summary>
    public async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <inheritdoc cref="WriteAsync(string)"/>
    public async Task WriteAsync(byte[] bytes)
    {
        await _process.StandardInput.BaseStream.WriteAsync(bytes);
        await _process.StandardInput.BaseStream.FlushAsync();
    }

    /// <summary>Waits for the first line of what it tells beside its output; the rest of it is what its end then has.</summary>
    public async Task<string> ReadErrorLineAsync()
    {
        string? line = await _process.StandardError.ReadLineAsync().WaitAsync(Patience);
        return line ?? throw new InvalidOperationException("The tool ended without a word.");
    }

    /// <summary>Sends a signal, as Ctrl+C does.</summary>
    /// <param name="signal">Its name: <c>INT</c>.</param>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Skips a test of signals where none can be sent, or where a shell that put the tests into the background has their processes ignore Ctrl+C.</summary>
    public static void RequireSignals()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        if (OperatingSystem.IsLinux())
        {
            string ignored = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
            Assert.SkipWhen((Convert.ToUInt64(ignored, 16) & (1UL << (InterruptNumber - 1))) != 0, "This process ignores SIGINT, and so do those that it starts.");
        }
    }

    /// <summary>Ends its input, and waits for it to end.</summary>
    public async Task<ToolRun> EndAsync()
    {
        _process.StandardInput.Close();
        return await WaitAsync();
    }

    /// <summary>Waits for it to end by itself.</summary>
    public async Task<ToolRun> WaitAsync()
    {
        using Process process = _process;
        _error ??= process.StandardError.ReadToEndAsync();
        try
        {
            string output = !IsOutputClosed ? await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience) : "";
            await process.WaitForExitAsync().WaitAsync(Patience);
            return new ToolRun(process.ExitCode, output, await _error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
