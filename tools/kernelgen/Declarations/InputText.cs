namespace KernelGen.Tool.Declarations;

/// <summary>Reads the texts that the command line names.</summary>
internal static class InputText
{
    /// <summary>More than any declaration or configuration has; what is longer is another file.</summary>
    private const long Longest = 16 << 20;

    /// <summary>The text of a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="what">What it should be, to begin a message.</param>
    /// <exception cref="InputException">It is no regular file, too long, or cannot be read.</exception>
    public static string Read(string path, string what)
    {
        try
        {
            RegularFile.Check(path, $"{what} '{path}'");
            using FileStream file = File.OpenRead(path);
            if (file.Length > Longest)
            {
                throw new InputException($"{what} '{path}' has {file.Length} bytes, which no such file has; at most {Longest} are read. Give the right file.");
            }

            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (FileNotFoundException exception)
        {
            throw new InputException($"{what} '{path}' is not there. Check the path.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException(exception.Message.StartsWith(what, StringComparison.Ordinal) ? exception.Message : $"{what} '{path}' cannot be read: {exception.Message}", exception);
        }
    }
}
