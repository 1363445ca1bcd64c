namespace KernelGen.Samples.TranslateCluster.Hosting;

/// <summary>
/// Ends the process of a silo that cannot go on, as one that the others have declared dead while it was frozen: in one line, where Orleans' own handler leaves a
/// stack and an image of memory.
/// </summary>
internal sealed class FatalErrorHandler : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        Program.WriteError($"this silo cannot go on: {context ?? exception?.Message ?? "it does not say why"}");
        Environment.Exit(Program.Failure);
    }
}
