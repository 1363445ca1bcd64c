namespace KernelGen.Documentation.Tests;

/// <summary>The files of the repository, without what is built.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] Folders = ["benchmarks", "docs", "generator", "model", "runtime", "samples", "templates", "tests", "tools"];

    /// <summary>Every file, by its path from the repository's folder, with <c>/</c> between its parts.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Folders
            .SelectMany(static folder => Directory.EnumerateFiles(Path.Combine(DocumentTests.Repository, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(DocumentTests.Repository))
            .Select(static path => Path.GetRelativePath(DocumentTests.Repository, path).Replace('\\', '/'))
            .Where(static path => !$"/{path}".Contains("/bin/", StringComparison.Ordinal) && !$"/{path}".Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Every document.</summary>
    public static IEnumerable<string> Documents => All.Where(static path => path.EndsWith(".md", StringComparison.Ordinal));
}
