namespace KernelGen.Generator.Specification.Configuration;

/// <summary>Compares the paths that users write with those that the compiler gives. It looks at no disk: analyzers must not.</summary>
internal static class FilePath
{
    /// <summary>The path with <c>/</c> between its parts and with <c>.</c> and <c>..</c> resolved as far as the path itself allows.</summary>
    public static string Normalize(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Replace('\\', '/').Split('/'))
        {
            if (part == "." || (part.Length == 0 && parts.Count > 0))
            {
                continue;
            }

            if (part == ".." && parts.Count > 0 && parts[parts.Count - 1] is not (".." or ""))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                parts.Add(part);
            }
        }

        return string.Join("/", parts);
    }

    /// <summary>The last part of a path.</summary>
    public static string Name(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);

    /// <summary>The files that a path may mean: the one at that place in the project, or else all whose paths end like it.</summary>
    /// <param name="files">The paths to choose from, normalized.</param>
    /// <param name="projectDirectory">The directory of the project, or an empty string when it is unknown.</param>
    /// <param name="written">The path as the user wrote it.</param>
    /// <returns>None, one, or several when the path is ambiguous.</returns>
    public static IReadOnlyList<string> Find(IEnumerable<string> files, string projectDirectory, string written)
    {
        List<string> candidates = [.. files.Distinct(StringComparer.Ordinal)];
        string inProject = Normalize(projectDirectory + "/" + written);
        string ending = Normalize(written);
        while (ending.StartsWith("../", StringComparison.Ordinal))
        {
            ending = ending.Substring(3);
        }

        if (ending.Length == 0)
        {
            return [];
        }

        // The case counts only where it decides between two files.
        foreach (StringComparison comparison in new[] { StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase })
        {
            List<string> same = candidates.FindAll(path => path.Equals(inProject, comparison) || path.Equals(ending, comparison));
            if (same.Count > 0)
            {
                return same;
            }

            List<string> alike = candidates.FindAll(path => path.EndsWith("/" + ending, comparison));
            if (alike.Count > 0)
            {
                return alike;
            }
        }

        return [];
    }

    /// <summary>The file that a path which names none may have meant: one of the same name, or with few letters that differ.</summary>
    /// <param name="files">The paths to choose from, normalized.</param>
    /// <param name="projectDirectory">The directory of the project, or an empty string when it is unknown.</param>
    /// <param name="written">The path as the user wrote it.</param>
    /// <returns>The nearest, relative to the project where it lies in it; <see langword="null"/> when none is near.</returns>
    public static string? Nearest(IEnumerable<string> files, string projectDirectory, string written)
    {
        string wanted = Normalize(written);
        string project = Normalize(projectDirectory).TrimEnd('/') + "/";
        int depth = wanted.Split('/').Length;
        string? nearest = null;
        int least = int.MaxValue;
        bool IsInProject(string file) => projectDirectory.Length > 0 && file.StartsWith(project, StringComparison.Ordinal);
        foreach (string file in files.OrderByDescending(IsInProject).ThenBy(static file => file, StringComparer.Ordinal))
        {
            // A trailing part of a path may be all that was written.
            string shown = IsInProject(file) ? file.Substring(project.Length) : file;
            string[] parts = shown.Split('/');
            string ending = string.Join("/", parts.Skip(parts.Length - depth));
            int distance = Math.Min(Spelling.Distance(wanted, shown), Spelling.Distance(wanted, ending));
            bool isNear = Name(file).Equals(Name(wanted), StringComparison.OrdinalIgnoreCase) || distance <= Spelling.Tolerance(wanted);
            if (isNear && distance < least)
            {
                (nearest, least) = (shown, distance);
            }
        }

        return wanted.Length == 0 ? null : nearest;
    }
}
