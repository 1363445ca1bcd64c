using System.Security;
using System.Text;

namespace KernelGen.Tool.Declarations;

/// <summary>What a project calls a file that it is going to list.</summary>
internal static class ProjectPath
{
    private const string SpecialToMSBuild = "%*?@$();'";

    /// <summary>The path from the current folder, where the file lies below it; otherwise only its name, for a copy beside the project.</summary>
    public static string Of(string file)
    {
        string path = Path.GetRelativePath(Directory.GetCurrentDirectory(), file).Replace('\\', '/');
        return Path.IsPathRooted(path) || path.StartsWith("../", StringComparison.Ordinal) ? Path.GetFileName(file) : path;
    }

    /// <summary>A path as an attribute of a project file has it.</summary>
    public static string InProjectFile(string path)
    {
        var escaped = new StringBuilder();
        foreach (char letter in path)
        {
            escaped.Append(SpecialToMSBuild.Contains(letter, StringComparison.Ordinal) ? $"%{(int)letter:X2}" : letter.ToString());
        }

        return SecurityElement.Escape(escaped.ToString());
    }
}
