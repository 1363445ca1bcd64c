namespace KernelGen.Tool;

/// <summary>The tool was given something that it cannot use; the message says what, and what to do. Ends with <see cref="CommandLine.ExitCode.BadInput"/>.</summary>
internal sealed class InputException : Exception
{
    public InputException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
