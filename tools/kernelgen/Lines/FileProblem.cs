namespace KernelGen.Tool.Lines;

/// <summary>What went wrong with a file, for a message that names the file already.</summary>
internal static class FileProblem
{
    /// <summary>The reason, without a full stop.</summary>
    public static string Of(Exception exception) => exception switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "there is no such folder",
        UnauthorizedAccessException => "it is a folder, or access is denied",
        _ => exception.Message.TrimEnd('.'),
    };
}
