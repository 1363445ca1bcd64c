// Builds the documentation site out of the repository's pages and the XML documentation of the packages:
//
//     dotnet run docs/site/build.cs
//
// artifacts/site/html is the site. Pages keep their places; what they link to and is no page of the site, such as sources and folders, becomes an address of the published
// repository. A link that leads nowhere ends the build, and so does a warning of docfx.
#:property PublishAot=false

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

const string Published = "https://github.com/kernelgen/kernelgen/blob/main/";
string site = Path.GetDirectoryName(Here())!;
string repository = Path.GetFullPath(Path.Combine(site, "..", ".."));
string stage = Path.Combine(repository, "artifacts", "site");
if (Directory.Exists(stage))
{
    Directory.Delete(stage, recursive: true);
}

Directory.CreateDirectory(stage);
string[] folders = ["benchmarks", "docs", "generator/docs", "runtime", "samples", "templates", "tools"];
string[] pages =
[
    .. Directory.GetFiles(repository, "*.md")
        .Concat(folders.SelectMany(folder => Directory.GetFiles(Path.Combine(repository, folder), "*.md", SearchOption.AllDirectories)))
        .Select(path => Path.GetRelativePath(repository, path).Replace('\\', '/'))
        .Where(path => !Regex.IsMatch($"/{path}", "/(bin|obj|site)/"))
        .Order(StringComparer.Ordinal),
];
int broken = 0;
foreach (string page in pages)
{
    string text = File.ReadAllText(Path.Combine(repository, page)).ReplaceLineEndings("\n");

    // Code is left as it is.
    Write(Place(page), Regex.Replace(text, @"^ *```.*?^ *```$|`[^`\n]+`|\]\((?<target>[^)\s]+)\)", found => found.Groups["target"] is { Success: true, Value: string target }
        ? $"]({Target(page, target)})"
        : found.Value, RegexOptions.Multiline | RegexOptions.Singleline));
}

if (broken > 0)
{
    return 1;
}

foreach (string file in Directory.GetFiles(site, "*.*", SearchOption.AllDirectories).Where(static file => Path.GetExtension(file) is ".json" or ".yml" or ".css"))
{
    string copy = Path.Combine(stage, Path.GetRelativePath(site, file));
    Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
    File.Copy(file, copy);
}

File.Copy(Path.Combine(repository, "icon.png"), Path.Combine(stage, "icon.png"));

// The packages are documented from what they are built to: those on which no other depends bring the others.
string assemblies = Path.Combine(stage, "assemblies");
if (!Run(repository, "build", "-c", "Release", "runtime/KernelGen.Extensions.AspNetCore", "-o", assemblies) || !Run(repository, "build", "-c", "Release", "runtime/KernelGen.Extensions.AI", "-o", assemblies))
{
    return 1;
}

foreach (string documentation in Directory.GetFiles(assemblies, "KernelGen*.xml"))
{
    LeaveOutInheritedParameters(documentation);
}

return Run(site, "tool", "restore")
    && Run(site, "docfx", "metadata", Path.Combine(stage, "docfx.json"), "--warningsAsErrors")
    && Run(site, "docfx", "build", Path.Combine(stage, "docfx.json"), "--warningsAsErrors") ? 0 : 1;

// A member that says of a parameter what is otherwise inherited says it instead; docfx would keep the inherited text, and warn.
static void LeaveOutInheritedParameters(string path)
{
    XDocument documentation = XDocument.Load(path, LoadOptions.PreserveWhitespace);
    foreach (XElement inherited in documentation.Descendants("inheritdoc").Where(element => element.Attribute("path") is null))
    {
        string[] own = [.. inherited.Parent!.Elements("param").Select(parameter => $"@name='{parameter.Attribute("name")!.Value}'")];
        if (own.Length > 0)
        {
            inherited.SetAttributeValue("path", $"/*[not(self::param[{string.Join(" or ", own)}])]");
        }
    }

    documentation.Save(path);
}

// The front page is the site's.
static string Place(string page) => page == "README.md" ? "index.md" : page;

string Target(string page, string target)
{
    bool isPublished = target.StartsWith(Published, StringComparison.Ordinal);
    if (target.StartsWith('#') || (target.Contains(':', StringComparison.Ordinal) && !isPublished))
    {
        return target;
    }

    string[] parts = target.Split('#', 2);
    string heading = parts.Length == 2 ? "#" + parts[1] : "";
    string full = isPublished ? Path.Combine(repository, parts[0][Published.Length..]) : Path.GetFullPath(Path.Combine(repository, Path.GetDirectoryName(page)!, parts[0]));
    string path = Path.GetRelativePath(repository, full).Replace('\\', '/');
    if (Directory.Exists(full) && pages.Contains(path + "/README.md"))
    {
        path += "/README.md";
    }

    if (Path.GetExtension(path) is ".svg" or ".png" && File.Exists(full))
    {
        string copy = Path.Combine(stage, path);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(full, copy, overwrite: true);
    }
    else if (!pages.Contains(path))
    {
        if (!File.Exists(full) && !Directory.Exists(full))
        {
            Console.Error.WriteLine($"{page}: {target} leads nowhere");
            broken++;
        }

        return (Directory.Exists(full) ? Published.Replace("/blob/", "/tree/", StringComparison.Ordinal) : Published) + path + heading;
    }

    return Path.GetRelativePath(Path.GetDirectoryName("/" + Place(page))!, "/" + Place(path)).Replace('\\', '/') + heading;
}

void Write(string place, string text)
{
    string path = Path.Combine(stage, place);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, text);
}

static bool Run(string folder, params string[] arguments)
{
    using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder })!;
    process.WaitForExit();
    return process.ExitCode == 0;
}

static string Here([CallerFilePath] string path = "") => path;
