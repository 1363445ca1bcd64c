using System.Text.RegularExpressions;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Specification;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Tests;

public partial class DescriptorTests
{
    private static readonly string Documents = Path.Combine(AppContext.BaseDirectory, "Documents");

    public static TheoryData<string> Ids => [.. DiagnosticDescriptors.All.Select(static descriptor => descriptor.Id)];

    [Fact]
    public void Every_kind_of_problem_has_its_own_diagnostic()
    {
        Assert.Equal(Enum.GetValues<ProblemKind>().Length, DiagnosticDescriptors.All.Select(static descriptor => descriptor.Id).Distinct().Count());
        Assert.Equal(DiagnosticDescriptors.All, new DeclarationAnalyzer().SupportedDiagnostics);
    }

    [Fact]
    public void Only_warnings_let_a_model_be_generated() => Assert.All(
        Enum.GetValues<ProblemKind>(),
        static kind => Assert.Equal(new Problem(kind, Place.Attribute).IsWarning, DiagnosticDescriptors.For(kind).DefaultSeverity == DiagnosticSeverity.Warning));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_diagnostic_has_a_page(string id)
    {
        DiagnosticDescriptor descriptor = DiagnosticDescriptors.All.Single(descriptor => descriptor.Id == id);
        string page = File.ReadAllText(Path.Combine(Documents, "docs", id + ".md"));

        Assert.StartsWith($"# {id}: {descriptor.Title}\n", page, StringComparison.Ordinal);
        Assert.Contains("\n## Example\n", page, StringComparison.Ordinal);
        Assert.Contains("\n## How to fix it\n", page, StringComparison.Ordinal);
        Assert.Equal($"{DiagnosticDescriptors.DocumentationUrl}{id}.md", descriptor.HelpLinkUri);
        Assert.Contains($"[{id}]({id}.md)", File.ReadAllText(Path.Combine(Documents, "docs", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_page_has_its_diagnostic() => Assert.Equal(
        DiagnosticDescriptors.All.Select(static descriptor => descriptor.Id),
        Directory.GetFiles(Path.Combine(Documents, "docs"), "KG*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_diagnostic_is_in_the_release_notes()
    {
        string releases = File.ReadAllText(Path.Combine(Documents, "AnalyzerReleases.Shipped.md")) + File.ReadAllText(Path.Combine(Documents, "AnalyzerReleases.Unshipped.md"));

        Assert.Equal(
            DiagnosticDescriptors.All.Select(static descriptor => $"{descriptor.Id} | {descriptor.Category} | {descriptor.DefaultSeverity} | [{descriptor.Title}]({descriptor.HelpLinkUri})"),
            ReleaseLine().Matches(releases).Select(static match => match.Value));
    }

    [Fact]
    public void Messages_do_not_end_with_a_period() =>
        Assert.All(DiagnosticDescriptors.All, static descriptor => Assert.DoesNotMatch(@"\.$", descriptor.MessageFormat.ToString(null)));

    [GeneratedRegex(@"^KG\d{4} .*$", RegexOptions.Multiline)]
    private static partial Regex ReleaseLine();
}
