namespace KernelGen.Samples.TranslateCluster.Jobs;

/// <summary>The files of a job: finds them, and makes room for their translations.</summary>
internal static class JobFiles
{
    /// <summary>Finds the files of a request.</summary>
    /// <exception cref="IOException">They cannot be read, or their translations cannot be written where they should.</exception>
    public static List<JobFile> Find(JobRequest request)
    {
        if (Directory.Exists(request.Input))
        {
            return FindInFolder(request);
        }

        if (Directory.Exists(request.Output))
        {
            throw new IOException($"{request.Output} cannot be written: it is a folder, and {request.Input} is a file");
        }

        return [Describe(request.Input, request.Output)];
    }

    /// <summary>Makes the folders for the translations of shards.</summary>
    /// <exception cref="IOException">A folder cannot be made.</exception>
    public static void MakeRoom(IEnumerable<JobFile> files, string run)
    {
        foreach (JobFile file in files)
        {
            string folder = JobPlan.PartsFolder(file, run);
            string parent = Path.GetDirectoryName(folder)!;
            if (!Directory.Exists(parent))
            {
                throw new IOException($"{file.Output} cannot be written: there is no folder {parent} on {Environment.MachineName}");
            }

            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new IOException($"{file.Output} cannot be written: {Reason(exception)}", exception);
            }
        }
    }

    /// <summary>Deletes folders with all that is in them.</summary>
    public static void Delete(IEnumerable<string> folders)
    {
        foreach (string folder in folders)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Opens a file of the input.</summary>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>What went wrong with a file, without its name, which the message has already.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException => $"there is no such file on {Environment.MachineName}",
        DirectoryNotFoundException => $"there is no such folder on {Environment.MachineName}",
        UnauthorizedAccessException => "it is a folder, or access is denied",
        _ => exception.Message,
    };

    private static List<JobFile> FindInFolder(JobRequest request)
    {
        if (File.Exists(request.Output))
        {
            throw new IOException($"{request.Output} cannot be written: it is a file, and {request.Input} is a folder");
        }

        if (RealPath(request.Input) == RealPath(request.Output))
        {
            throw new IOException($"{request.Output} cannot be written: it is read, too");
        }

        try
        {
            Directory.CreateDirectory(request.Output);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{request.Output} cannot be written: {Reason(exception)}", exception);
        }

        string[] paths;
        try
        {
            paths = Directory.GetFiles(request.Input);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{request.Input} cannot be read: {Reason(exception)}", exception);
        }

        return paths.Length == 0
            ? throw new IOException($"{request.Input} has no files")
            : [.. paths.Order(StringComparer.Ordinal).Select(path => Describe(path, Path.Combine(request.Output, Path.GetFileName(path))))];
    }

    private static JobFile Describe(string input, string output)
    {
        if (RealPath(input) == RealPath(output))
        {
            throw new IOException($"{output} cannot be written: it is read, too");
        }

        try
        {
            // Opened, because what has a length need not be readable.
            using FileStream stream = Open(input);
            return new JobFile(input, output, stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle).Ticks);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException($"{input} cannot be read: {Reason(exception)}", exception);
        }
    }

    private static string RealPath(string path) => File.Exists(path) || Directory.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
}
