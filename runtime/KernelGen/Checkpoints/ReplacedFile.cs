namespace KernelGen.Checkpoints;

/// <summary>Writes a file beside the one that it takes the place of, so that there is never half a file, whatever happens: a full disk, an exception, a power cut.</summary>
internal static class ReplacedFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="kind">What it is, to follow "The" in a message.</param>
    /// <param name="write">Writes what it holds. Where it throws, the file that was there stays.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; the message names it.</exception>
    public static void Write(string path, string kind, Action<Stream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string message = $"The {kind} '{path}' cannot be written: {exception.Message}";
            throw exception is IOException ? new IOException(message, exception) : new UnauthorizedAccessException(message, exception);
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was never created, or the folder is gone; the reason has been told.
        }
    }
}
