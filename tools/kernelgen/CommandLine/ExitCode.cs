using System.Runtime.InteropServices;

namespace KernelGen.Tool.CommandLine;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>A check was made, and failed; or some of several files could not be used, and the others were.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line or a file cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>Nobody reads the output any more: 128 and the number of SIGPIPE, as of a program that the signal ends.</summary>
    public const int OutputClosed = 141;

    /// <summary>A signal ended the work: 128 and its number, as of a program that it ends.</summary>
    public static int Of(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGINT => 130,
        PosixSignal.SIGTERM => 143,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "This signal is not listened to."),
    };
}
