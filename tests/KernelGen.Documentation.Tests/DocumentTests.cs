using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace KernelGen.Documentation.Tests;

/// <summary>
/// Every block of C# in the documents compiles, with what stands in the document and nothing else. An HTML comment right before a block may say what the reader
/// has besides (<c>given: C#</c>), that the block begins another program (<c>a program of its own</c>), or why it is not compiled (<c>not compiled here: ...</c>).
/// </summary>
public class DocumentTests
{
    private const string OfItsOwn = "a program of its own";
    private const string NotCompiled = "not compiled here:";

    public static string Repository { get; } =
        typeof(DocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>The documents with C# that are no page of a diagnostic.</summary>
    public static TheoryData<string> Documents =>
    [
        .. RepositoryFiles.Documents
            .Where(static path => !Path.GetFileName(path).StartsWith("KG", StringComparison.Ordinal))
            .Where(static path => MarkdownBlock.Read(Path.Combine(Repository, path)).Any(static block => block.Language == "csharp")),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Its_blocks_compile(string document)
    {
        List<DocumentProgram> programs = [];
        foreach (MarkdownBlock block in MarkdownBlock.Read(Path.Combine(Repository, document)).Where(static block => block.Language == "csharp"))
        {
            if (block.Note.StartsWith(NotCompiled, StringComparison.Ordinal))
            {
                continue;
            }

            if (programs.Count == 0 || block.Note.StartsWith(OfItsOwn, StringComparison.Ordinal))
            {
                programs.Add(new DocumentProgram(document));
            }

            programs[^1].Add(block.Given, block.Line);
            programs[^1].Add(block.Text, block.Line);
        }

        foreach (DocumentProgram program in programs)
        {
            string source = program.ToString();
            var compilation = new DocumentCompilation
            {
                Kind = program.HasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                GeneratesEndpoints = source.Contains("WebApplication", StringComparison.Ordinal),
                Files = DocumentCompilation.NamedFiles(source).ToDictionary(static name => name, static name => $$"""{"model_type": "{{ModelTypeOf(name)}}"}"""),
            };
            IReadOnlyList<Diagnostic> diagnostics = await compilation.DiagnoseAsync(TestContext.Current.CancellationToken, source);
            Assert.True(diagnostics.Count == 0, string.Join('\n', diagnostics.Select(Show)));
        }
    }

    /// <summary>A test that compiles nothing would always pass.</summary>
    [Fact]
    public async Task What_does_not_compile_is_found()
    {
        var program = new DocumentProgram("none.md");
        program.Add("using KernelGen;\nint[] source = [1];", 1);
        program.Add("string source = unknown;", 7);

        Diagnostic found = Assert.Single(await new DocumentCompilation { Kind = OutputKind.ConsoleApplication }.DiagnoseAsync(TestContext.Current.CancellationToken, program.ToString()));
        Assert.Equal("none.md, line 7: CS0103: The name 'unknown' does not exist in the current context", Show(found));
    }

    private static string Show(Diagnostic diagnostic)
    {
        FileLinePositionSpan place = diagnostic.Location.GetMappedLineSpan();
        return string.Create(CultureInfo.InvariantCulture, $"{place.Path}, line {place.StartLinePosition.Line + 1}: {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}");
    }

    private static string ModelTypeOf(string file) => Array.Find(["whisper", "moonshine"], type => file.StartsWith(type, StringComparison.Ordinal)) ?? "marian";
}
