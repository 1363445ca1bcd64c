namespace KernelGen.Generator.Specification.Configuration;

/// <summary>Where the configuration files of a project are looked for.</summary>
/// <param name="ProjectDirectory">The directory of the project, or an empty string when it is unknown.</param>
/// <param name="Files">The files that may be meant.</param>
internal sealed record ConfigurationFiles(string ProjectDirectory, EquatableArray<ConfigurationFile> Files)
{
    /// <summary>The paths of all files that the project lists, by which a misspelled one is told; the generator, which reports nothing, leaves them out.</summary>
    public EquatableArray<string> Listed { get; init; }

    /// <summary>The listed file that a path which names none comes nearest to, or <see langword="null"/>.</summary>
    public string? Nearest(string written) => FilePath.Nearest(Listed, ProjectDirectory, written);

    /// <summary>The files that a path may mean: none, one, or several when it is ambiguous.</summary>
    public IReadOnlyList<ConfigurationFile> Find(string written)
    {
        IReadOnlyList<string> paths = FilePath.Find(Files.Select(static file => file.Path), ProjectDirectory, written);
        return [.. paths.Select(path => Files.First(file => file.Path == path))];
    }
}
