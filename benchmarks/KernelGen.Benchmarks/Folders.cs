namespace KernelGen.Benchmarks;

/// <summary>Where things are that are measured.</summary>
/// <param name="Repository">This repository.</param>
/// <param name="Shared">Graphs and models of other people's, which are no part of the repository; may be missing.</param>
internal sealed record Folders(string Repository, string Shared)
{
    /// <summary>The Chinese to English model that PyTorch trained.</summary>
    public string TranslationModel => Path.Combine(Repository, "tests", "Shared", "zh-en");

    /// <summary>The ONNX graphs of the peers.</summary>
    public string Graphs => Path.Combine(Shared, "peers");

    /// <summary>Where reports go.</summary>
    public string Results => Path.Combine(Repository, "benchmarks", "results");

    /// <summary>The repository around this program, and the folder <c>shared</c> beside it.</summary>
    public static Folders Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "KernelGen.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        folder ??= Directory.GetCurrentDirectory();
        return new Folders(folder, Path.GetFullPath(Path.Combine(folder, "..", "shared")));
    }
}
