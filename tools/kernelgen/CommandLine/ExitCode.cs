namespace KernelGen.Tool.CommandLine;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>A check was made, and failed.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line or a file cannot be used.</summary>
    public const int BadInput = 2;
}
