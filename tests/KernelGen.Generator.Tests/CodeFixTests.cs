using System.Collections.Immutable;
using KernelGen.Generator.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using static KernelGen.Generator.Tests.GeneratorTest;

namespace KernelGen.Generator.Tests;

public class CodeFixTests
{
    private const string Attribute = $"[KernelGen.EncoderDecoderModel(KernelGen.Architecture.Bart, {Dimensions})]";

    [Fact]
    public async Task The_class_becomes_partial() => await AssertFixedAsync(
        $$"""
        {{Attribute}}
        public sealed class Tiny;
        """,
        $$"""
        {{Attribute}}
        public sealed partial class Tiny;
        """);

    [Fact]
    public async Task What_stands_before_the_keyword_stays_before_the_declaration() => await AssertFixedAsync(
        $$"""
        // Outer things.
        class Outer
        {
            {{Attribute}}
            // A model.
            class Tiny;
        }
        """,
        $$"""
        // Outer things.
        partial class Outer
        {
            {{Attribute}}
            // A model.
            partial class Tiny;
        }
        """);

    [Fact]
    public async Task Every_type_around_it_becomes_partial() => await AssertFixedAsync(
        $$"""
        public class Outermost { internal ref struct Between { public partial record R { {{Attribute}} class Tiny; } } }
        """,
        $$"""
        public partial class Outermost { internal ref partial struct Between { public partial record R { {{Attribute}} partial class Tiny; } } }
        """);

    /// <summary>What ASP.NET Core's generator of endpoints is recognised by.</summary>
    private const string Service = "namespace Microsoft.AspNetCore.Builder { public static class EndpointRouteBuilderExtensions; }";

    [Theory]
    [InlineData("using KernelGen;\n", "partial class Tiny;", "partial class Tiny : EncoderDecoder;")]
    [InlineData("", "partial class Tiny;", "partial class Tiny : KernelGen.EncoderDecoder;")]
    [InlineData("using KernelGen;\n", "public partial class Tiny // A model.\n{\n}", "public partial class Tiny : EncoderDecoder // A model.\n{\n}")]
    [InlineData("using KernelGen;\n", "partial class Tiny : System.IDisposable\n{\n}", "partial class Tiny : EncoderDecoder, System.IDisposable\n{\n}")]
    public async Task The_base_class_is_named(string usings, string declaration, string expected) => await AssertFixedAsync(
        $"{usings}{Attribute}\n{declaration}\n{Service}", $"{usings}{Attribute}\n{expected}\n{Service}", new NameBaseClassCodeFixProvider());

    [Theory]
    [InlineData("EncoderDecoderModel")]
    [InlineData("SpeechToTextModel")]
    public async Task The_base_class_of_a_model_of_speech_is_named(string attribute) => await AssertFixedAsync(
        $"using KernelGen;\n[{attribute}(Architecture.Whisper, {Dimensions}, StartToken = 1, EndToken = 2, PadToken = 0)]\npartial class Tiny;\n{Service}",
        $"using KernelGen;\n[{attribute}(Architecture.Whisper, {Dimensions}, StartToken = 1, EndToken = 2, PadToken = 0)]\npartial class Tiny : SpeechModel;\n{Service}",
        new NameBaseClassCodeFixProvider());

    [Fact]
    public async Task All_base_classes_are_named_at_once() => await AssertAllFixedAsync(
        $"{Attribute} partial class First;\n{Attribute} partial class Second;\n{Service}",
        $"{Attribute} partial class First : KernelGen.EncoderDecoder;\n{Attribute} partial class Second : KernelGen.EncoderDecoder;\n{Service}",
        new NameBaseClassCodeFixProvider(),
        NameBaseClassCodeFixProvider.Title);

    [Fact]
    public async Task All_become_partial_at_once() => await AssertAllFixedAsync(
        $$"""
        public class Outer
        {
            {{Attribute}} class First;

            {{Attribute}} partial class Second;

            {{Attribute}} sealed class Third;
        }
        """,
        $$"""
        public partial class Outer
        {
            {{Attribute}} partial class First;

            {{Attribute}} partial class Second;

            {{Attribute}} sealed partial class Third;
        }
        """,
        new MakePartialCodeFixProvider(),
        MakePartialCodeFixProvider.Title);

    private static async Task AssertAllFixedAsync(string source, string expected, CodeFixProvider provider, string title)
    {
        using var workspace = new AdhocWorkspace();
        Document document = CreateDocument(workspace, source);
        ImmutableArray<Diagnostic> diagnostics = await AnalyzeDocumentAsync(document);
        var context = new FixAllContext(
            document, provider, FixAllScope.Document, title, provider.FixableDiagnosticIds, new Known(diagnostics), TestContext.Current.CancellationToken);

        CodeAction? action = await provider.GetFixAllProvider()!.GetFixAsync(context);

        Assert.Equal(expected, await ApplyAsync(document, action!));
    }

    private static Task AssertFixedAsync(string source, string expected) => AssertFixedAsync(source, expected, new MakePartialCodeFixProvider());

    private static async Task AssertFixedAsync(string source, string expected, CodeFixProvider provider)
    {
        using var workspace = new AdhocWorkspace();
        Document document = CreateDocument(workspace, source);
        ImmutableArray<Diagnostic> diagnostics = await AnalyzeDocumentAsync(document);
        Assert.NotEmpty(diagnostics);

        // Each of the diagnostics offers the whole fix for its own type and those around it; the innermost comes last.
        List<CodeAction> actions = [];
        var context = new CodeFixContext(document, diagnostics[^1], (action, _) => actions.Add(action), TestContext.Current.CancellationToken);
        await provider.RegisterCodeFixesAsync(context);
        string text = await ApplyAsync(document, Assert.Single(actions));

        Assert.Equal(expected, text);
        Assert.Empty(await AnalyzeAsync(text));
    }

    private static Document CreateDocument(AdhocWorkspace workspace, string source) => workspace
        .AddProject(ProjectInfo.Create(ProjectId.CreateNewId(), VersionStamp.Default, "Tested", "Tested", LanguageNames.CSharp, parseOptions: Language, compilationOptions: Settings)
            .WithMetadataReferences(Compile("").References))
        .AddDocument("Source.cs", source);

    private static async Task<ImmutableArray<Diagnostic>> AnalyzeDocumentAsync(Document document)
    {
        var compilation = (Microsoft.CodeAnalysis.CSharp.CSharpCompilation)(await document.Project.GetCompilationAsync(TestContext.Current.CancellationToken))!;
        return await AnalyzeAsync(compilation, OptionsOfService);
    }

    private static async Task<string> ApplyAsync(Document document, CodeAction action)
    {
        ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(TestContext.Current.CancellationToken);
        Solution changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
        return (await changed.GetDocument(document.Id)!.GetTextAsync(TestContext.Current.CancellationToken)).ToString();
    }

    private sealed class Known(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
