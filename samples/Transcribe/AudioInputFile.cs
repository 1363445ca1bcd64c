namespace KernelGen.Samples.Transcribe;

/// <summary>A file with audio, which is deleted where standard input was written to it.</summary>
/// <param name="path">Its path.</param>
/// <param name="folder">The folder that is deleted with it, or <see langword="null"/> where the file is the user's.</param>
internal sealed class AudioInputFile(string path, DirectoryInfo? folder) : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path => path;

    /// <summary>A message about the file as the user knows it: a file that standard input was written to has no name.</summary>
    public string Explain(string message) => folder is null
        ? message
        : message.Replace($"The file '{path}'", "Standard input", StringComparison.Ordinal).Replace(path, "standard input", StringComparison.Ordinal);

    public void Dispose() => folder?.Delete(recursive: true);
}
