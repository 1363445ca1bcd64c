using System.Text.RegularExpressions;

namespace KernelGen.Documentation.Tests;

/// <summary>What documents point to is there: files, folders, headings, and the source files that pages for contributors name.</summary>
public partial class LinkTests
{
    /// <summary>What stands before a path in the addresses of this repository's files, which pages of packages use.</summary>
    private const string Published = "https://github.com/kernelgen/kernelgen/blob/main/";

    public static TheoryData<string> Documents => [.. RepositoryFiles.Documents];

    /// <summary>The pages that say where things are.</summary>
    public static TheoryData<string> Maps => ["CONTRIBUTING.md", "docs/architecture.md"];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Its_links_lead_somewhere(string document)
    {
        string[] broken = [.. Link().Matches(Prose(document)).Select(static link => link.Groups[1].Value).Where(target => !Leads(document, target))];
        Assert.True(broken.Length == 0, $"{document}: {string.Join(", ", broken)}");
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void The_source_files_that_it_names_are_there(string document)
    {
        string[] missing =
        [
            .. SourceFile().Matches(Prose(document)).Select(static file => file.Groups[1].Value).Distinct()
                .Where(static file => !file.Contains("New", StringComparison.Ordinal))
                .Where(static file => !RepositoryFiles.All.Any(path => $"/{path}".EndsWith($"/{file.Split("...").Last().TrimStart('/')}", StringComparison.Ordinal))),
        ];
        Assert.True(missing.Length == 0, $"{document}: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Links_that_lead_nowhere_are_found()
    {
        Assert.True(Leads("runtime/docs/README.md", "speed.md#the-same-bits-everywhere"));
        Assert.True(Leads("runtime/docs/README.md", "../../benchmarks"));
        Assert.False(Leads("runtime/docs/README.md", "slowness.md"));
        Assert.False(Leads("runtime/docs/README.md", "speed.md#slowness"));
        Assert.False(Leads("runtime/docs/README.md", Published + "runtime/docs/slowness.md"));
    }

    private static bool Leads(string document, string target)
    {
        bool isPublished = target.StartsWith(Published, StringComparison.Ordinal);
        if (!isPublished && target.Contains(':', StringComparison.Ordinal))
        {
            return true;
        }

        string[] parts = (isPublished ? target[Published.Length..] : target).Split('#');
        string path = isPublished ? parts[0] : parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
        string full = Path.GetFullPath(Path.Combine(DocumentTests.Repository, path));
        return parts.Length == 1
            ? File.Exists(full) || Directory.Exists(full)
            : File.Exists(full) && Heading().Matches(File.ReadAllText(full)).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]);
    }

    /// <summary>What GitHub calls a heading in addresses.</summary>
    private static string Anchor(string heading) => string.Concat(
        heading.Trim().ToLowerInvariant().Where(static letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_').Select(static letter => letter == ' ' ? '-' : letter));

    /// <summary>A document without its blocks of code.</summary>
    private static string Prose(string document) => Block().Replace(File.ReadAllText(Path.Combine(DocumentTests.Repository, document)).ReplaceLineEndings("\n"), "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([\w./]+\.(?:cs|targets))`")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^ *```.*?^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
