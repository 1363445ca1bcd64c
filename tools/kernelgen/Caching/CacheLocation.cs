namespace KernelGen.Tool.Caching;

/// <summary>Where a system keeps what programs can make anew.</summary>
internal static class CacheLocation
{
    private const string Name = "kernelgen";

    /// <summary>The tool's own folder there; <see langword="null"/> where the user has no home.</summary>
    public static string? Default
    {
        get
        {
            // A relative path is to be ignored, says the specification of the variable.
            string? given = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            string root = !OperatingSystem.IsWindows() && Path.IsPathFullyQualified(given ?? "") ? given!
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache")
                : "";
            return root.Length == 0 ? null : Path.Combine(root, Name);
        }
    }
}
