namespace KernelGen.Tests;

/// <summary>The folder <c>shared</c> beside the repository: other people's models, tokenizers, sounds and sentences, which are tested against where they are there.</summary>
internal static class SharedFolder
{
    /// <summary>The path of a file in it; the test is skipped where it is not there.</summary>
    public static string Require(string path)
    {
        string? found = Find(path);
        Assert.SkipWhen(found is null, $"shared/{path} is not beside the repository: it is other people's work and not part of it.");
        return found!;
    }

    private static string? Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KernelGen.sln")))
            {
                string candidate = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", path));
                return File.Exists(candidate) ? candidate : null;
            }
        }

        return null;
    }
}
