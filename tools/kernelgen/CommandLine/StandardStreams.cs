using Microsoft.Win32.SafeHandles;

namespace KernelGen.Tool.CommandLine;

/// <summary>The streams that a process is given, as bytes, and which of them are terminals.</summary>
/// <param name="openInput">Opens standard input.</param>
/// <param name="openOutput">Opens standard output.</param>
internal sealed class StandardStreams(Func<Stream> openInput, Func<Stream> openOutput)
{
    private const int OutputDescriptor = 1;

    /// <summary>Those of this process.</summary>
    public static StandardStreams OfProcess { get; } = new(Console.OpenStandardInput, OpenOutputOfProcess)
    {
        IsInputTerminal = !Console.IsInputRedirected,
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
    };

    /// <summary>Whether somebody types.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>Whether somebody sees the output.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Whether somebody sees what is told beside it.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Opens standard input.</summary>
    public Stream OpenInput() => openInput();

    /// <summary>Opens standard output.</summary>
    public Stream OpenOutput() => openOutput();

    /// <summary>
    /// The console's own stream passes over a pipe that nobody reads any more, and a program would work on for nobody. A file stream throws, but writes to files at places of its own,
    /// whatever else writes to them.
    /// </summary>
    private static Stream OpenOutputOfProcess()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        var pipe = new FileStream(new SafeFileHandle(OutputDescriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }
}
