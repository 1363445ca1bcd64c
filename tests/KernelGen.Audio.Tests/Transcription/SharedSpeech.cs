namespace KernelGen.Audio.Tests;

/// <summary>The folder <c>shared</c> beside the repository: sounds and tokenizer files as others published them, which are read there and not part of it.</summary>
internal static class SharedSpeech
{
    /// <summary>The path of a file in it; the test is skipped where it is not there.</summary>
    public static string Require(string path)
    {
        string? found = null;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null && found is null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KernelGen.sln")))
            {
                found = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", path));
            }
        }

        Assert.SkipUnless(File.Exists(found), $"shared/{path} is not beside the repository: it is other people's work and not part of it.");
        return found!;
    }
}
