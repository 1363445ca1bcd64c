namespace KernelGen.Samples.Transcribe;

/// <summary>Audio that is to be transcribed.</summary>
/// <param name="Name">The path of a file, or <see cref="StandardInput"/>.</param>
internal sealed record AudioInput(string Name)
{
    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    private const string ShownStandardInput = "standard input";

    /// <summary>Whether it is read from standard input.</summary>
    public bool IsStandardInput => Name == StandardInput;

    /// <summary>The name of the files that are written of it, without what they end with.</summary>
    public string OutputName => IsStandardInput ? "stdin" : Path.GetFileNameWithoutExtension(Name);

    /// <summary>
    /// Makes a file of it, for audio is read more than once: first its loudest frame is found, and where somebody speaks.
    /// </summary>
    /// <param name="cancellationToken">Cancels the reading of standard input.</param>
    public async Task<AudioInputFile> OpenAsync(CancellationToken cancellationToken)
    {
        if (!IsStandardInput)
        {
            return new AudioInputFile(Name, folder: null);
        }

        // Nobody else may read what is said: the folder is the user's own.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("audio-");
        var file = new AudioInputFile(Path.Combine(folder.FullName, "audio"), folder);
        try
        {
            // A read that waits cannot be cancelled; the program ends without it.
            await Task.Run(() => Copy(file.Path), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override string ToString() => IsStandardInput ? ShownStandardInput : OneLine.Of(Name);

    private static void Copy(string path)
    {
        using Stream input = Console.OpenStandardInput();
        using FileStream file = File.Create(path);
        input.CopyTo(file);
    }
}
